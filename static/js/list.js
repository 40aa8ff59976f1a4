// The list of a table: search as you type, rows to tick, the menu of a row. Without scripts its forms and links do the same.
import "./list/region.js";
import "./list/choose.js";
import "./list/menu.js";
import "./list/columns.js";
import "./list/edit.js";
