# What is installed of the library, for tests of other projects: header, library, pkg-config file and
# CMake package.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/fakeapi")
set(FAKEAPI_REQUIRES "gnutls libmicrohttpd nettle libcjson sqlite3 inih zlib") # by their pkg-config files

# One object in which only what fakeapi.h declares has a name for others. Everything else is hidden
# already; as it becomes local, it cannot clash with what a test program has.
set(archive "${CMAKE_CURRENT_BINARY_DIR}/libfakeapi.a")
add_custom_command(OUTPUT "${archive}"
    COMMAND "${CMAKE_LINKER}" -r --whole-archive "$<TARGET_FILE:fakeapi_static>" -o fakeapi.o
    COMMAND "${CMAKE_OBJCOPY}" --localize-hidden fakeapi.o
    COMMAND "${CMAKE_COMMAND}" -E rm -f "${archive}"
    COMMAND "${CMAKE_AR}" qcD "${archive}" fakeapi.o
    COMMAND "${CMAKE_COMMAND}" -E rm -f fakeapi.o
    DEPENDS fakeapi_static
    COMMENT "Making libfakeapi.a"
    VERBATIM)
add_custom_target(fakeapi_archive ALL DEPENDS "${archive}")

install(FILES "${archive}" DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT libfakeapi-dev)
install(FILES include/fakeapi.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT libfakeapi-dev)
install(FILES examples/test_login.c DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/libfakeapi-dev/examples"
        COMPONENT libfakeapi-dev)
install(FILES man/libfakeapi.3 DESTINATION "${CMAKE_INSTALL_MANDIR}/man3" COMPONENT libfakeapi-dev)

configure_package_config_file(src/fakeapi-config.cmake.in fakeapi-config.cmake
    INSTALL_DESTINATION "${package_dir}" PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR
    NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(fakeapi-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/fakeapi-config.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/fakeapi-config-version.cmake"
        DESTINATION "${package_dir}" COMPONENT libfakeapi-dev)

# Relative to the file's own place, so that the tree can be moved.
file(RELATIVE_PATH PM_PC_PREFIX "/x/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/x")
configure_file(src/fakeapi.pc.in fakeapi.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/fakeapi.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT libfakeapi-dev)
