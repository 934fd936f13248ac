#include <arpa/inet.h>

#include "gateway/connection.h"
#include "tests/unit/suite.h"

static struct admission admission;
static struct edge_counts counts;
static struct connection connections[64];
static struct connection *closed[64];
static size_t closed_count;

static void on_make_room(struct connection *c)
{
	closed[closed_count++] = c;
	admission_leave(&admission, c);
}

static void set_up(void)
{
	counts = (struct edge_counts){ 0 };
	admission = (struct admission){
		.counts = &counts, .max = 4, .share_max = 2, .on_make_room = on_make_room
	};
	admission_open(&admission);
	closed_count = 0;
}

/* "a".."z": one address each; "1": this machine */
static union address from(char who)
{
	union address a = { .v4 = { .sin_family = AF_INET } };
	a.v4.sin_addr.s_addr =
		htonl(who == '1' ? INADDR_LOOPBACK : 0xc0000200u + (unsigned char)who);
	return a;
}

static bool enter(int number, char who)
{
	union address a = from(who);
	return (admission_has_room(&admission) || admission_make_room(&admission))
	       && admission_enter(&admission, &connections[number], &a);
}

static void set_idle(int number, bool is_idle)
{
	admission_set_idle(&admission, &connections[number], is_idle);
}

static void leave_all(void)
{
	for (size_t i = 0; i < 64; i++)
		if (connections[i].admission.group || connections[i].admission.is_idle)
			admission_leave(&admission, &connections[i]);
	ck_assert_ptr_null(admission.groups);
}

START_TEST(the_connection_that_is_idle_longest_makes_room)
{
	admission.share_max = 0;
	for (int i = 0; i < 4; i++)
		ck_assert(enter(i, 'a'));
	set_idle(2, true);
	set_idle(1, true);
	set_idle(2, false);
	set_idle(2, true);
	ck_assert(enter(4, 'a'));
	ck_assert(enter(5, 'a'));
	ck_assert_uint_eq(closed_count, 2);
	ck_assert_ptr_eq(closed[0], &connections[1]);
	ck_assert_ptr_eq(closed[1], &connections[2]);
	ck_assert(!enter(6, 'a')); /* the others have requests in flight */
	ck_assert_uint_eq(counts.connections, 4);
	ck_assert_uint_eq(counts.made_room, 2);
	ck_assert_uint_eq(counts.over_share, 0);
}
END_TEST

START_TEST(a_connection_that_has_just_become_idle_makes_no_room)
{
	admission.min_idle_ms = 3600000;
	for (int i = 0; i < 4; i++)
		ck_assert(enter(i, (char)('a' + i)));
	set_idle(0, true);
	ck_assert(!enter(4, 'x'));
	ck_assert_uint_eq(closed_count, 0);
	leave_all();
}
END_TEST

START_TEST(an_address_has_a_share)
{
	ck_assert(enter(0, 'a') && enter(1, 'a'));
	ck_assert(!enter(2, 'a'));
	ck_assert_uint_eq(counts.over_share, 1);
	ck_assert(enter(2, 'b'));
	set_idle(2, true);
	ck_assert(!enter(3, 'a')); /* the idle connection is of another address */
	set_idle(1, true);
	ck_assert(enter(3, 'a'));
	ck_assert_uint_eq(closed_count, 1);
	ck_assert_ptr_eq(closed[0], &connections[1]);
	leave_all();
}
END_TEST

/* The group is freed with its last connection, which makes room for the new one. */
START_TEST(a_share_of_one_connection_passes_to_the_next)
{
	admission.share_max = 1;
	ck_assert(enter(0, 'a'));
	set_idle(0, true);
	ck_assert(enter(1, 'a'));
	ck_assert_ptr_eq(closed[0], &connections[0]);
	ck_assert(!enter(2, 'a'));
	leave_all();
}
END_TEST

START_TEST(this_machine_has_no_share)
{
	for (int i = 0; i < 4; i++)
		ck_assert(enter(i, '1'));
	ck_assert(!enter(4, '1'));
	ck_assert_uint_eq(counts.over_share, 0);
	ck_assert_ptr_null(admission.groups);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("admission");
	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_test(tests, the_connection_that_is_idle_longest_makes_room);
	tcase_add_test(tests, a_connection_that_has_just_become_idle_makes_no_room);
	tcase_add_test(tests, an_address_has_a_share);
	tcase_add_test(tests, a_share_of_one_connection_passes_to_the_next);
	tcase_add_test(tests, this_machine_has_no_share);
	return suite_run("admission", tests);
}
