// Package browser has the tests that open report.html as people do: in Chromium, narrow
// and wide, light and dark, with the keyboard alone, and with cells that mean harm. It is
// a module of its own, since what speaks with the browser brings many others along.
package browser
