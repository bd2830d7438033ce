//go:build !race

package source

// oneIn is of how many files one is answered.
const oneIn = 1
