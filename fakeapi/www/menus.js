// A menu closes when something else is clicked, and on Escape, as people expect of menus.

const isOpen = "details.menu[open]";

function closeAll(root, except) {
  root.querySelectorAll(isOpen).forEach((menu) => {
    if (!menu.contains(except)) {
      menu.open = false;
    }
  });
}

export function startMenus(root) {
  root.addEventListener("click", (event) => closeAll(root, event.target));
  root.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest(isOpen);
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
