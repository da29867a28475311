# The runner as a package of its own: the program, what starts its hosts, and the stories.
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME paidmonitor-scenario)
set(sc_libexec "${CMAKE_INSTALL_LIBEXECDIR}/paidmonitor-scenario")
set(sc_share "${CMAKE_INSTALL_DATADIR}/paidmonitor-scenario")

# As a library of the host's own, so that an installed runner needs no compiler (host_cwrap.sh).
add_library(host_shim MODULE src/host_shim.c)
set_target_properties(host_shim PROPERTIES PREFIX "" C_VISIBILITY_PRESET default)
target_compile_options(host_shim PRIVATE -Wall -Wextra)

install(TARGETS paidmonitor-scenario RUNTIME)
install(TARGETS host_shim LIBRARY DESTINATION "${sc_libexec}")
install(PROGRAMS src/host ../ci/deps DESTINATION "${sc_libexec}")
install(FILES src/host_container.sh src/host_cwrap.sh src/host_pam.sh src/host_root.sh src/host_systemd.sh
        DESTINATION "${sc_libexec}")
install(DIRECTORY cases DESTINATION "${sc_share}" USE_SOURCE_PERMISSIONS FILES_MATCHING PATTERN "*.yaml"
        PATTERN "create_monitor" PATTERN "add_result" PATTERN "onauth")
file(RELATIVE_PATH sc_cases "/${sc_libexec}" "/${sc_share}/cases")
file(CREATE_LINK "${sc_cases}" "${CMAKE_CURRENT_BINARY_DIR}/cases" SYMBOLIC)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/cases" DESTINATION "${sc_libexec}")
install(FILES README.md DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/paidmonitor-scenario")
install(FILES man/paidmonitor-scenario.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES completions/paidmonitor-scenario DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
