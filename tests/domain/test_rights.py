"""Which kinds of data each role may read, whatever rows it sees."""

from domain.actor import LIAISONS, OUTSIDERS, Role
from domain.rights import CLEARANCE, DataClass, may_read


def test_every_role_has_a_clearance_and_reads_what_is_public():
    assert set(CLEARANCE) == set(Role)
    assert all(may_read(role, DataClass.PUBLIC) for role in Role)


def test_outsiders_read_the_personal_data_of_their_own_rows_and_never_the_remarks_of_the_desk():
    assert {may_read(role, DataClass.PERSONAL) for role in OUTSIDERS} == {True}
    assert {may_read(role, DataClass.INTERNAL) for role in OUTSIDERS} == {False}


def test_statisticians_read_no_personal_data():
    assert not may_read(Role.STATISTICIAN, DataClass.PERSONAL)
    assert not may_read(Role.NATIONAL, DataClass.PERSONAL)


def test_sensitive_data_is_for_liaison_officers_alone():
    assert {role for role in Role if may_read(role, DataClass.SENSITIVE)} == set(LIAISONS)


def test_what_is_internal_is_for_the_police_of_the_prefecture_alone():
    police = {Role.ADMIN, Role.HQ_LIAISON, Role.STATION_LIAISON, Role.STATISTICIAN}
    assert {role for role in Role if may_read(role, DataClass.INTERNAL)} == police
