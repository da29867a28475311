# Tests of the record and of the agent.
set(agent_libs pm_agent pm_event pm_config pm_client_objects pm_util)

pm_add_test(NAME test_event SOURCES test_event.c LIBS pm_event pm_util LABELS unit)
foreach(part admit backoff verdict compose filter journal metrics pickup)
    pm_add_test(NAME test_agent_${part} SOURCES test_agent_${part}.c
        LIBS ${agent_libs} LABELS unit)
endforeach()

pm_add_test(NAME test_agent_history SOURCES test_agent_history.c
    LIBS pm_history ${agent_libs} LABELS unit)

if(BUILD_TESTING)
    # The agent once more, with faults to order.
    add_executable(agent_faults ../agent/main.c support/agent_faults.c)
    target_link_libraries(agent_faults PRIVATE pm_compiler ${agent_libs})
    target_link_options(agent_faults PRIVATE
        -Wl,--wrap=unlinkat -Wl,--wrap=pm_journal_commit -Wl,--wrap=pm_journal_done
        -Wl,--wrap=pm_clock_wall_ms)

    add_library(agent_world STATIC support/world.c)
    target_compile_definitions(agent_world PUBLIC
        PM_AGENT="$<TARGET_FILE:paidmonitor-agent>" PM_AGENT_FAULTS="$<TARGET_FILE:agent_faults>")
    target_link_libraries(agent_world PUBLIC pm_test_support PRIVATE pm_agent)
    add_dependencies(agent_world paidmonitor-agent agent_faults)
endif()

pm_add_test(NAME test_agent_outcomes SOURCES test_agent_outcomes.c
    LIBS agent_world pm_stub ${agent_libs} LABELS integration)
if(BUILD_FAKEAPI)
    pm_add_test(NAME test_agent_delivery SOURCES test_agent_delivery.c support/relay.c
        LIBS agent_world ${agent_libs} fakeapi_static LABELS integration threads TIMEOUT 120)
endif()

pm_add_script_test(NAME test_agent_manual SCRIPT test_agent_manual.sh
    ARGS "$<TARGET_FILE:paidmonitor-agent>" "${PROJECT_SOURCE_DIR}/client/man/paidmonitor-agent.8" LABELS unit)

# Kills and failures at every system call, for as long as one likes: ci/chaos. Sanitizers and ptrace
# do not go together.
if(BUILD_FAKEAPI AND BUILD_TESTING AND NOT PM_SANITIZE)
    add_executable(chaos_agent chaos_agent.c support/agent_main.c support/tracer.c)
    target_include_directories(chaos_agent PRIVATE support)
    target_link_libraries(chaos_agent PRIVATE pm_compiler ${agent_libs} fakeapi_static)
    target_link_options(chaos_agent PRIVATE -Wl,--wrap=pm_clock_wall_ms)
    add_test(NAME chaos_agent COMMAND chaos_agent --seconds 20)
    pm_test_properties(chaos_agent integration 120)
endif()
