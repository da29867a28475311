#include "store_sql.h"

#define ACCOUNT_COLUMNS                                                                 \
    "id, reseller_id, expires_at_ms, apikey, secretkey, name, \"user\", password_md5, " \
    "password_sha256"
#define MONITOR_COLUMNS                                                                            \
    "id, account_id, agent_id, is_multi_value, name, tag, type, agent_name, plugin_id, order_id, " \
    "gui_style"
#define PARAM_COLUMNS                                                                            \
    "id, kind, data_type, is_hidden, has_fixed_values, name, display_name, uom, value, groups, " \
    "aggregate"
#define JOURNAL_SELECT                                                                         \
    "SELECT id, account_id, time_ms, status, monitor_id, verdict, action, data FROM journal"   \
    " WHERE (?1 < 0 OR account_id = ?1) AND id > ?2 AND id < ?3 AND (?4 = '' OR verdict = ?4)" \
    " AND (?5 = '' OR action = ?5) AND (?6 = 0 OR monitor_id = ?6)"                            \
    " AND (?7 = 0 OR status = ?7) AND time_ms >= ?8 AND time_ms <= ?9"
#define ROW_COLUMNS "id, monitor_id, checktime_ms, number, data"

const struct fa_db_sql fa_store_sql[FA_SQL_MAX] = {
    [FA_SQL_ACCOUNT_ADD] = {"INSERT INTO accounts (apikey, secretkey, name, \"user\", password_md5,"
                            " password_sha256, reseller_id, expires_at_ms)"
                            " VALUES (?1,?2,?3,?4,?5,?6,?7,?8) RETURNING id",
                            "ttttttII", FA_DB_ALONE},
    [FA_SQL_ACCOUNT_SET] = {"UPDATE accounts SET secretkey = ?2, name = ?3, \"user\" = ?4,"
                            " password_md5 = ?5, password_sha256 = ?6, reseller_id = ?7,"
                            " expires_at_ms = ?8 WHERE apikey = ?1",
                            "ttttttII", FA_DB_IN_ORDER},
    [FA_SQL_ACCOUNT_DELETE] = {"DELETE FROM accounts WHERE id = ?1", "I", FA_DB_IN_ORDER},
    [FA_SQL_ACCOUNT_DISOWN] = {"UPDATE accounts SET reseller_id = 0 WHERE reseller_id = ?1", "I",
                               FA_DB_IN_ORDER},
    [FA_SQL_ACCOUNTS] = {"SELECT " ACCOUNT_COLUMNS " FROM accounts ORDER BY id", "", FA_DB_APART},
    [FA_SQL_ACCOUNT_RESET_TOKENS] = {"DELETE FROM tokens WHERE ?1 = 0 OR account_id = ?1", "I",
                                     FA_DB_IN_ORDER},
    [FA_SQL_ACCOUNT_RESET_MONITORS] = {"DELETE FROM monitors WHERE ?1 = 0 OR account_id = ?1", "I",
                                       FA_DB_IN_ORDER},
    [FA_SQL_ACCOUNT_RESET_OBJECTS] = {"DELETE FROM objects WHERE ?1 = 0 OR account_id = ?1", "I",
                                      FA_DB_IN_ORDER},
    [FA_SQL_ACCOUNT_KNOWN] = {"SELECT count(*) FROM accounts WHERE apikey = ?1", "t", FA_DB_APART},
    [FA_SQL_ACCOUNT_CURRENT] = {"SELECT count(*) FROM accounts WHERE id = ?1 AND apikey = ?2"
                                " AND secretkey = ?3",
                                "Itt", FA_DB_APART},
    [FA_SQL_TOKEN_ADD] = {"INSERT INTO tokens (account_id, token, expires_at_ms)"
                          " VALUES (?1,?2,?3)",
                          "ItI", FA_DB_IN_ORDER},
    [FA_SQL_TOKEN_CHECK] = {"SELECT account_id FROM tokens"
                            " WHERE account_id = ?1 AND token = ?2 AND expires_at_ms > ?3",
                            "ItI", FA_DB_APART},
    [FA_SQL_TOKEN_REMOVE] = {"DELETE FROM tokens WHERE account_id = ?1 AND token = ?2", "It",
                             FA_DB_IN_ORDER},
    [FA_SQL_TOKENS_EXPIRE] = {"DELETE FROM tokens WHERE expires_at_ms <= ?1", "I", FA_DB_IN_ORDER},
    [FA_SQL_REPLAY_ADD] = {"INSERT INTO replays (account_id, checksum, seen_at_ms)"
                           " VALUES (?1,?2,?3) ON CONFLICT DO NOTHING"
                           " RETURNING (SELECT number FROM marks WHERE name = 'definitions')",
                           "ItI", FA_DB_IN_ORDER},
    [FA_SQL_REPLAY_FORGET] = {"DELETE FROM replays WHERE account_id = ?1 AND checksum = ?2", "It",
                              FA_DB_IN_ORDER},
    [FA_SQL_REPLAYS_EXPIRE] = {"DELETE FROM replays WHERE seen_at_ms < ?1", "I", FA_DB_IN_ORDER},
    [FA_SQL_MARK_DEFINITIONS] = {"UPDATE marks SET number = number + 1 WHERE name = 'definitions'",
                                 "", FA_DB_IN_ORDER},
    [FA_SQL_MONITOR_ADD] = {"INSERT INTO monitors (account_id, agent_id, is_multi_value, name, tag,"
                            " type, agent_name, plugin_id, order_id, gui_style)"
                            " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10) RETURNING id",
                            "IIIttttttt", FA_DB_ALONE},
    [FA_SQL_MONITOR_SET] = {"UPDATE monitors SET agent_id = ?2, is_multi_value = ?3, name = ?4,"
                            " tag = ?5, type = ?6, agent_name = ?7, plugin_id = ?8, order_id = ?9,"
                            " gui_style = ?10 WHERE id = ?1",
                            "IIIttttttt", FA_DB_IN_ORDER},
    [FA_SQL_MONITOR_DELETE] = {"DELETE FROM monitors WHERE account_id = ?1 AND id = ?2", "II",
                               FA_DB_IN_ORDER},
    [FA_SQL_MONITOR_GET] = {"SELECT " MONITOR_COLUMNS " FROM monitors"
                            " WHERE (?1 = 0 OR account_id = ?1) AND id = ?2",
                            "II", FA_DB_APART},
    [FA_SQL_MONITORS] = {"SELECT " MONITOR_COLUMNS " FROM monitors"
                         " WHERE (?1 = 0 OR account_id = ?1) AND (?2 = 0 OR agent_id = ?2)"
                         " AND (?3 IS NULL OR name = ?3) AND (?4 IS NULL OR tag = ?4)"
                         " AND (?5 IS NULL OR type = ?5) ORDER BY id",
                         "IIttt", FA_DB_APART},
    [FA_SQL_PARAM_SET] = {"INSERT INTO params (monitor_id, kind, data_type, is_hidden,"
                          " has_fixed_values, name, display_name, uom, value, groups, aggregate)"
                          " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)"
                          " ON CONFLICT (monitor_id, kind, name) DO UPDATE"
                          " SET data_type = excluded.data_type, is_hidden = excluded.is_hidden,"
                          " has_fixed_values = excluded.has_fixed_values,"
                          " display_name = excluded.display_name, uom = excluded.uom,"
                          " value = excluded.value, groups = excluded.groups,"
                          " aggregate = excluded.aggregate",
                          "IIIIItttttt", FA_DB_IN_ORDER},
    [FA_SQL_PARAMS] = {"SELECT " PARAM_COLUMNS " FROM params WHERE monitor_id = ?1 AND kind = ?2"
                       " ORDER BY id",
                       "II", FA_DB_APART},
    [FA_SQL_ROW_MERGE] = {"INSERT INTO results (monitor_id, checktime_ms, number, data)"
                          " VALUES (?1,?2,?3,?4) ON CONFLICT (monitor_id, checktime_ms, number)"
                          " DO UPDATE SET data = json_patch(results.data, excluded.data)",
                          "IIIj", FA_DB_LATE},
    [FA_SQL_ROW_NEXT] = {"SELECT coalesce(max(number) + 1, 0) FROM results"
                         " WHERE monitor_id = ?1 AND checktime_ms = ?2",
                         "II", FA_DB_ALONE},
    [FA_SQL_ROWS] = {"SELECT " ROW_COLUMNS " FROM results WHERE monitor_id = ?1"
                     " AND (checktime_ms, number) >= (?2, ?3) AND checktime_ms < ?4"
                     " ORDER BY checktime_ms, number LIMIT ?5",
                     "IIIII", FA_DB_IN_ORDER},
    [FA_SQL_ROWS_BEFORE] = {"SELECT " ROW_COLUMNS " FROM results WHERE monitor_id = ?1"
                            " AND (checktime_ms, number) < (?2, ?3)"
                            " ORDER BY checktime_ms DESC, number DESC LIMIT ?4",
                            "IIII", FA_DB_IN_ORDER},
    [FA_SQL_ROWS_AFTER_ID] = {"SELECT " ROW_COLUMNS " FROM results {by ids} WHERE monitor_id = ?1"
                              " AND id > ?2 ORDER BY id LIMIT ?3",
                              "III", FA_DB_IN_ORDER},
    [FA_SQL_ROW_FIRST] = {"SELECT coalesce((SELECT min(checktime_ms) FROM results"
                          " WHERE monitor_id = ?1), ?2)",
                          "II", FA_DB_IN_ORDER},
    [FA_SQL_ROW_LAST] = {"SELECT coalesce((SELECT max(checktime_ms) FROM results"
                         " WHERE monitor_id = ?1), ?2)",
                         "II", FA_DB_IN_ORDER},
    [FA_SQL_LAST_ROW_ID] = {"SELECT coalesce(max(id), 0) FROM results", "", FA_DB_IN_ORDER},
    [FA_SQL_SIZE] = {"SELECT {size}", "", FA_DB_IN_ORDER},
    [FA_SQL_ROW_COUNT] = {"SELECT count(*) FROM results WHERE monitor_id = ?1", "I",
                          FA_DB_IN_ORDER},
    [FA_SQL_ROW_COUNT_UPTO] = {"SELECT count(*) FROM (SELECT 1 FROM results"
                               " WHERE monitor_id = ?1 LIMIT ?2) AS counted",
                               "II", FA_DB_IN_ORDER},
    [FA_SQL_ADDITIONAL_ADD] = {"INSERT INTO additional (monitor_id, checktime_ms, data)"
                               " VALUES (?1,?2,?3)",
                               "IIt", FA_DB_LATE},
    [FA_SQL_ADDITIONAL] = {"SELECT checktime_ms, data FROM additional WHERE monitor_id = ?1"
                           " AND checktime_ms >= ?2 AND checktime_ms < ?3"
                           " ORDER BY checktime_ms, id",
                           "III", FA_DB_IN_ORDER},
    [FA_SQL_OBJECT_ADD] = {"INSERT INTO objects (account_id, parent_id, kind, data)"
                           " VALUES (?1,?2,?3,?4) RETURNING id",
                           "IItt", FA_DB_ALONE},
    [FA_SQL_OBJECT_SET] = {"UPDATE objects SET data = ?4"
                           " WHERE account_id = ?1 AND id = ?2 AND kind = ?3",
                           "IItt", FA_DB_IN_ORDER},
    [FA_SQL_OBJECT_DELETE] = {"DELETE FROM objects"
                              " WHERE account_id = ?1 AND kind = ?2 AND id = ?3",
                              "ItI", FA_DB_IN_ORDER},
    [FA_SQL_OBJECT_DELETE_CHILDREN] = {"DELETE FROM objects"
                                       " WHERE account_id = ?1 AND parent_id = ?2",
                                       "II", FA_DB_IN_ORDER},
    [FA_SQL_OBJECTS] = {"SELECT id, account_id, parent_id, kind, data FROM objects"
                        " WHERE (?1 = 0 OR account_id = ?1) AND kind = ?2"
                        " AND (?3 = 0 OR parent_id = ?3) AND (?4 = 0 OR id = ?4) ORDER BY id",
                        "ItII", FA_DB_APART},
    [FA_SQL_JOURNAL_ADD] = {"INSERT INTO journal (account_id, time_ms, status, monitor_id, verdict,"
                            " action, data) VALUES (?1,?2,?3,?4,?5,?6,?7)",
                            "IIIIttt", FA_DB_LATE},
    [FA_SQL_JOURNAL_NEWEST] = {JOURNAL_SELECT " ORDER BY id DESC LIMIT ?10", "IIIttIIIII",
                               FA_DB_IN_ORDER},
    [FA_SQL_JOURNAL_OLDEST] = {JOURNAL_SELECT " ORDER BY id LIMIT ?10", "IIIttIIIII",
                               FA_DB_IN_ORDER},
    [FA_SQL_JOURNAL_CLEAR] = {"DELETE FROM journal WHERE ?1 < 0 OR account_id = ?1", "I",
                              FA_DB_IN_ORDER},
};
