# The dashboard, and in it the files of www/ and the chart library.
add_library(fa_dashboard OBJECT
    src/dashboard.c
    src/dashboard_accounts.c
    src/dashboard_ask.c
    src/dashboard_assets.c
    src/dashboard_clock.c
    src/dashboard_confirm.c
    src/dashboard_counts.c
    src/dashboard_events.c
    src/dashboard_expectations.c
    src/dashboard_export.c
    src/dashboard_faults.c
    src/dashboard_figures.c
    src/dashboard_gzip.c
    src/dashboard_model.c
    src/dashboard_monitors.c
    src/dashboard_overview.c
    src/dashboard_page.c
    src/dashboard_query.c
    src/dashboard_request.c
    src/dashboard_requests.c
    src/dashboard_requests_live.c
    src/dashboard_rows.c
    src/dashboard_scan.c
    src/dashboard_session.c
    src/dashboard_signin.c
    src/dashboard_slices.c
    src/dashboard_subject.c
    src/dashboard_view.c
    src/dashboard_visit.c
    src/dashboard_windows.c
    src/template.c)
target_include_directories(fa_dashboard PUBLIC include src)
target_link_libraries(fa_dashboard PUBLIC pm_compiler pm_util PkgConfig::CJSON PkgConfig::ZLIB)

# Chart.js, well kept and MIT: as Debian packages it (libjs-chart.js; ci/deps), never copied here.
find_file(PM_CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js NO_DEFAULT_PATH REQUIRED)
configure_file("${PM_CHART_JS}" "${CMAKE_CURRENT_BINARY_DIR}/www/chart.js" COPYONLY)

file(GLOB www_templates CONFIGURE_DEPENDS www/*.html)
file(GLOB www_assets CONFIGURE_DEPENDS www/*.css www/*.js www/*.svg)
pm_embed(fa_dashboard ${www_templates})
foreach(asset IN LISTS www_assets ITEMS "${CMAKE_CURRENT_BINARY_DIR}/www/chart.js")
    pm_embed(fa_dashboard "${asset}")
    pm_embed_gzip(fa_dashboard "${asset}")
endforeach()

pm_add_test(NAME test_template SOURCES tests/test_template.c LIBS fakeapi_static LABELS unit)
foreach(test test_dashboard test_dashboard_access test_dashboard_rows)
    pm_add_test(NAME ${test} SOURCES tests/${test}.c tests/support/dashboard_site.c
                LIBS fakeapi_static fa_test_support LABELS integration threads)
    if(BUILD_TESTING)
        target_include_directories(${test} PRIVATE tests/support)
    endif()
endforeach()
