# The results of ci/bench as tables, columns apart by tabs. What was not measured is left out.
def title:
    {none: "no module", noop: "a module that does nothing", paidmonitor: "pam_paidmonitor",
     exec: "pam_exec /bin/true", article: "the article's hook, by pam_script",
     datagram: "a datagram, which may be lost",
     up: "API up", slow: "API answers a second late", closed: "API closed", blackhole: "API a black hole",
     dead: "agent dead", waiting: "agent dead, 10,000 records waiting",
     nginx: "nginx, a constant answer", fakeapi: "paidmonitor-fakeapi, verified and stored",
     "fakeapi memory": "the same, stored in memory",
     WireMock: "WireMock, a constant answer", Mountebank: "Mountebank, a constant answer"}[.name] // .name;
def digits($n): pow(10; $n) as $unit | . * $unit | round / $unit;
def ratio($value; $base): if $base then $value / $base | digits(if . < 10 then 2 else 0 end) else "-" end;
def table($head; rows): [rows] | if length > 0 then $head, (.[] | @tsv), "" else empty end;
def servers($found): ("nginx", "fakeapi", "fakeapi memory", "WireMock", "Mountebank") | $found[.] // empty;
def group($all; $name): $all | map(select(.group == $name)) | INDEX(.name);
def requests($found; $head):
    table("\($head)\trequests/s\tof nginx\tCPU µs/request\tof nginx\tp50, ms\tp99, ms";
        servers($found)
        | [title, .per_second, ratio(.per_second; $found.nginx.per_second),
           .cpu_us, ratio(.cpu_us; $found.nginx.cpu_us), (.p50_ms | digits(2)), (.p99_ms | digits(1))]);

. as $all
| group($all; "login") as $login
| group($all; "state none") as $without
| group($all; "state paidmonitor") as $with
| group($all; "delivery") as $delivery
| group($all; "load") as $load
| group($all; "start") as $start
| group($all; "postgresql") as $shared
| table("LOGIN\topen_session, µs\tadded, µs\ttimes ours\tp99, µs";
    ("none", "noop", "datagram", "paidmonitor", "exec", "article") | $login[.] // empty
    | (.open_us - $login.none.open_us) as $added
    | [title, .open_us, $added,
       (if .name == "none" then "-"
        else $added / ([$login.paidmonitor.open_us - $login.none.open_us, 1] | max) | digits(1) end),
       .p99_us]),
  table("PAM_PAIDMONITOR WHILE\topen_session, µs\tadded, µs\tof API up\tp99, µs";
    ("up", "slow", "closed", "blackhole", "dead", "waiting") | $with[.] // empty
    | ([$with.up.open_us - $without.up.open_us, 1] | max) as $base
    | (.open_us - $without[.name].open_us) as $added
    | [title, .open_us, $added, ($added / $base | digits(2)), .p99_us]),
  table("DELIVERY\tmedian, ms\tp99, ms\tof median";
    $delivery.latency // empty
    | ["from the record to the row, readable", (.p50_us / 1000 | digits(1)), (.p99_us / 1000 | digits(1)),
       (.p99_us / .p50_us | digits(1))]),
  table("BACKLOG\trows/s\trows\tof nginx req/s\tpeak, KiB";
    $delivery.backlog // empty
    | ["\(.records) records, agent --once", .per_second, .delivered,
       ratio(.per_second; $load.nginx.per_second), .peak_kib]),
  requests($load; "SERVER"),
  requests(group($all; "connect"); "ONE CONNECTION PER REQUEST"),
  table("COLD START\tto an answer, ms\tof nginx\tstop, ms\tof nginx";
    servers($start)
    | [title, (.start_ms | digits(1)), ratio(.start_ms; $start.nginx.start_ms),
       (.stop_ms | digits(1)), ratio(.stop_ms; $start.nginx.stop_ms)]),
  table("RESIDENT MEMORY\tidle, KiB\tafterwards, KiB\trequests";
    servers(group($all; "memory")) | [title, .idle_kib, .after_kib, .requests]),
  table("SERVERS OF ONE POSTGRESQL\trequests/s\tof one\tp50, ms\tp99, ms";
    ("1", "2", "3") | $shared[.] // empty
    | [.name, .per_second, ratio(.per_second; $shared["1"].per_second), (.p50_ms | digits(2)), (.p99_ms | digits(1))]),
  table("WITH MANY ROWS\tms\tthe first, ms\trows\tbytes";
    group($all; "rows")[] | [.name, .ms, .first_ms, .rows, .bytes]),
  table("VERIFICATION ALONE\tCPU µs/request\tof the whole";
    group($all; "verification").fakeapi // empty
    | ["form and checksum, no HTTP, no store", (.cpu_us | digits(2)), ratio(.cpu_us; $load.fakeapi.cpu_us)])
