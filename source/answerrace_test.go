//go:build race

package source

// oneIn is of how many files one is answered: there are no races to be found in answers,
// and the detector makes them ten times as slow.
const oneIn = 10
