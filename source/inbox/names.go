package inbox

import (
	"path"
	"slices"
	"strings"
)

// spreadsheets are the endings of the files that are taken. Those that okrsync cannot read
// are among them: their people are to be told how to save them.
var spreadsheets = []string{
	".csv", ".tsv", ".txt", ".xlsx", ".xlsm",
	".xls", ".xlsb", ".xltx", ".xltm", ".ods", ".ots", ".fods", ".et", ".ett", ".numbers",
}

// partial are the endings of files that another program has not finished yet.
var partial = []string{".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".swp"}

// isSpreadsheet reports whether a name is that of a spreadsheet.
func isSpreadsheet(name string) bool {
	return slices.Contains(spreadsheets, strings.ToLower(path.Ext(name)))
}

// isBeside reports whether a name is that of what lies beside people's files: hidden ones,
// those by which editors mark what is open, and those that are not finished.
func isBeside(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") ||
		slices.Contains(partial, strings.ToLower(path.Ext(name)))
}

// isLock reports whether a name may be one by which an editor marks an open file.
func isLock(name string) bool {
	return strings.HasPrefix(name, "~$") || strings.HasPrefix(name, ".~")
}

// locks are the names that mark a file as open: those of Excel, of WPS and of LibreOffice.
// Some programs put theirs in the place of the first two letters.
func locks(name string) []string {
	names := []string{"~$" + name, ".~" + name, ".~lock." + name + "#"}
	if letters := []rune(name); len(letters) > 2 {
		names = append(names, "~$"+string(letters[2:]))
	}
	return names
}
