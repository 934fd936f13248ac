{{$taken}}{{code}}: {{Label}} with this {{field}} already exists{{/taken}}{{\}}
