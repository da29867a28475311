# The dashboard, and the files of www/ in it.
add_library(fa_dashboard OBJECT
    src/dashboard.c src/dashboard_assets.c src/dashboard_events.c src/dashboard_model.c
    src/dashboard_page.c src/dashboard_pages.c src/dashboard_requests.c src/dashboard_session.c src/template.c)
target_include_directories(fa_dashboard PUBLIC include src)
target_link_libraries(fa_dashboard PUBLIC pm_compiler pm_util PkgConfig::CJSON)
file(GLOB www_files CONFIGURE_DEPENDS www/*)
pm_embed(fa_dashboard ${www_files})

pm_add_test(NAME test_template SOURCES tests/test_template.c LIBS fakeapi_static LABELS unit)
pm_add_test(NAME test_dashboard SOURCES tests/test_dashboard.c LIBS fakeapi_static
            LABELS integration threads)
