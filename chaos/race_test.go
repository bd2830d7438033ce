//go:build race

package chaos

// raceFlag builds the program as the test was built.
var raceFlag = []string{"-race"}
