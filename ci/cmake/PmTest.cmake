# pm_add_test(NAME test_x SOURCES … LIBS … LABELS unit|integration|pam|browser [TIMEOUT seconds]):
#     a test program in C.
# pm_add_script_test(NAME x SCRIPT file [ARGS …] LABELS … [TIMEOUT seconds]): a test that is a program
#     of its own; status 77 means skipped.
# Both run with PM_BUILD_DIR and PM_SOURCE_DIR set, where the binaries and the sources are.
include(CTest)

function(pm_test_properties name labels timeout)
    if(NOT timeout)
        set(timeout 60)
    endif()
    if(PM_SANITIZE)
        math(EXPR timeout "${timeout} * 4")
    endif()
    set_tests_properties(${name} PROPERTIES
        LABELS "${labels}" TIMEOUT ${timeout} SKIP_RETURN_CODE 77
        ENVIRONMENT "PM_BUILD_DIR=${PROJECT_BINARY_DIR};PM_SOURCE_DIR=${PROJECT_SOURCE_DIR};PM_SANITIZE=${PM_SANITIZE};LC_ALL=C.UTF-8;ASAN_OPTIONS=detect_leaks=1;UBSAN_OPTIONS=print_stacktrace=1;TSAN_OPTIONS=halt_on_error=1")
endfunction()

function(pm_add_test)
    cmake_parse_arguments(arg "" "NAME;TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
    if(NOT BUILD_TESTING)
        return()
    endif()
    add_executable(${arg_NAME} ${arg_SOURCES})
    target_compile_definitions(${arg_NAME} PRIVATE PM_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_link_libraries(${arg_NAME} PRIVATE pm_compiler pm_test_support ${arg_LIBS})
    add_test(NAME ${arg_NAME} COMMAND ${arg_NAME})
    pm_test_properties(${arg_NAME} "${arg_LABELS}" "${arg_TIMEOUT}")
endfunction()

function(pm_add_script_test)
    cmake_parse_arguments(arg "" "NAME;SCRIPT;TIMEOUT" "ARGS;LABELS" ${ARGN})
    if(NOT BUILD_TESTING)
        return()
    endif()
    add_test(NAME ${arg_NAME} COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/${arg_SCRIPT}" ${arg_ARGS})
    pm_test_properties(${arg_NAME} "${arg_LABELS}" "${arg_TIMEOUT}")
endfunction()
