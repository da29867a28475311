# Tests of the library and the command.
add_library(pm_stub STATIC support/stub.c)
target_include_directories(pm_stub PUBLIC support)
target_link_libraries(pm_stub PUBLIC pm_compiler PkgConfig::CHECK)

foreach(name sign params request response)
    pm_add_test(NAME test_client_${name} SOURCES test_${name}.c
                LIBS pm_client_objects pm_util LABELS unit)
endforeach()
foreach(name transport client)
    pm_add_test(NAME test_${name} SOURCES test_${name}.c LIBS pm_stub pm_client_objects pm_util LABELS integration)
endforeach()
pm_add_test(NAME test_config SOURCES test_config.c LIBS pm_config pm_client_objects pm_util LABELS unit)
