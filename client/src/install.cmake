# What is installed of the library: header, both libraries, pkg-config file and CMake package.
include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/paidmonitor")

set_target_properties(paidmonitor_shared PROPERTIES EXPORT_NAME paidmonitor)
set_target_properties(paidmonitor_static PROPERTIES EXPORT_NAME static)
install(TARGETS paidmonitor_shared paidmonitor_static EXPORT paidmonitor
        LIBRARY COMPONENT libpaidmonitor0 NAMELINK_COMPONENT libpaidmonitor-dev
        ARCHIVE COMPONENT libpaidmonitor-dev)
install(FILES ../include/paidmonitor.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT libpaidmonitor-dev)
install(EXPORT paidmonitor NAMESPACE paidmonitor:: FILE paidmonitor-targets.cmake
        DESTINATION "${package_dir}" COMPONENT libpaidmonitor-dev)

configure_package_config_file(paidmonitor-config.cmake.in paidmonitor-config.cmake
    INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(paidmonitor-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/paidmonitor-config.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/paidmonitor-config-version.cmake"
        DESTINATION "${package_dir}" COMPONENT libpaidmonitor-dev)

# Relative to the file's own place, so that the tree can be moved.
file(RELATIVE_PATH PM_PC_PREFIX "/x/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/x")
configure_file(paidmonitor.pc.in paidmonitor.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/paidmonitor.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT libpaidmonitor-dev)
install(FILES ../man/libpaidmonitor.3 DESTINATION "${CMAKE_INSTALL_MANDIR}/man3" COMPONENT libpaidmonitor-dev)
