-- For wrk: post the bodies of the file $BODIES, one after the other and then again from the first;
-- with $CLOSE on a connection for each.
local bodies = {}
local next_body = 0

init = function()
    local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Host"] = wrk.host }
    if (os.getenv("CLOSE") or "") ~= "" then
        headers["Connection"] = "close"
    end
    for line in io.lines(os.getenv("BODIES")) do
        bodies[#bodies + 1] = wrk.format("POST", nil, headers, line)
    end
end

request = function()
    next_body = next_body % #bodies + 1
    return bodies[next_body]
end

done = function(summary, latency)
    local errors = summary.errors
    io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
        errors.connect + errors.read + errors.write + errors.timeout + errors.status,
        latency:percentile(50), latency:percentile(99)))
end
