import urllib.error

import pytest

from login_reporter import LoginReporter


@pytest.fixture
def reporter(account):
    return LoginReporter(account.url, account.apikey, account.secretkey)


def test_a_login_is_one_row(account, reporter):
    monitor = account.monitor()

    reporter.report(monitor, user="root", host="10.0.0.5")

    assert [row["values"] for row in account.rows(monitor)] == [{"user_login": "root", "host": "10.0.0.5"}]


def test_an_outage_delays_the_report_and_does_not_double_it(account, reporter):
    monitor = account.monitor()
    account.fault(match={"action": "addResult"}, occurrence=1, effect={"status": 503})

    reporter.report(monitor, user="root", host="10.0.0.5")

    assert len(account.rows(monitor)) == 1


def test_an_answer_that_was_lost_after_storing_is_no_second_row(account, reporter):
    monitor = account.monitor()
    account.fault(match={"action": "addResult"}, occurrence=1, effect={"status": 500, "when": "after"})

    reporter.report(monitor, user="root", host="10.0.0.5")

    assert len(account.rows(monitor)) == 1


def test_a_wrong_secret_is_refused_and_said_to_be_it(account):
    monitor = account.monitor()
    reporter = LoginReporter(account.url, account.apikey, "another secret")

    with pytest.raises(urllib.error.HTTPError) as refusal:
        reporter.report(monitor, user="root", host="10.0.0.5")

    assert refusal.value.code == 403
    assert "X-Fakeapi-Diagnosis" in refusal.value.headers
