# Tests of the library and the command.
add_library(pm_stub STATIC support/stub.c support/program.c)
target_include_directories(pm_stub PUBLIC support)
target_link_libraries(pm_stub PUBLIC pm_compiler PkgConfig::CHECK)

# Named after the client, since the server has tests of the same names.
foreach(name sign params request response)
    pm_add_test(NAME test_client_${name} SOURCES test_${name}.c
                LIBS pm_client_objects pm_util LABELS unit)
endforeach()
foreach(name transport client)
    pm_add_test(NAME test_${name} SOURCES test_${name}.c
                LIBS pm_stub pm_client_objects pm_util LABELS integration threads)
endforeach()
pm_add_test(NAME test_config SOURCES test_config.c LIBS pm_config pm_client_objects pm_util LABELS unit)

pm_add_test(NAME test_client_memory SOURCES test_client_memory.c
            LIBS pm_stub pm_config pm_client_objects pm_util LABELS integration)
target_link_options(test_client_memory PRIVATE
    -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=reallocarray -Wl,--wrap=strdup)

pm_add_test(NAME test_values SOURCES test_values.c ../cli/values.c LIBS pm_client_objects pm_util LABELS unit)
target_include_directories(test_values PRIVATE ../cli)
pm_add_test(NAME test_cli SOURCES test_cli.c LIBS pm_stub pm_util LABELS integration)
add_dependencies(test_cli paidmonitor)

if(BUILD_FAKEAPI)
    pm_add_test(NAME test_client_server SOURCES test_client_server.c
                LIBS pm_client_objects fakeapi_static LABELS integration threads)
    pm_add_test(NAME test_cli_server SOURCES test_cli_server.c
                LIBS pm_stub fakeapi_static LABELS integration)
    add_dependencies(test_cli_server paidmonitor)
endif()

pm_add_test(NAME test_doctor_stack SOURCES test_doctor_stack.c LIBS pm_doctor pm_util LABELS unit)
pm_add_script_test(NAME test_client_doctor SCRIPT test_doctor LABELS integration)
pm_add_script_test(NAME test_manual SCRIPT test_manual LABELS unit)
pm_add_script_test(NAME test_library SCRIPT test_library LABELS integration)
pm_add_script_test(NAME test_tls SCRIPT test_tls LABELS integration)
