package source

import (
	"bytes"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// defaultPassword is what Excel encrypts workbooks with that are only meant to be
// opened for reading, and tries by itself.
const defaultPassword = "VelvetSweatshop"

// decrypt opens a workbook that is encrypted without a password of its own.
func (f *File) decrypt() ([]byte, error) {
	const most = 32 << 20 // bytes; it is held in memory
	protected := &FileError{Code: CodeFileEncrypted}
	if f.info.Size() > most {
		return nil, protected
	}
	raw, err := io.ReadAll(io.NewSectionReader(f.bytes, 0, f.info.Size()))
	if err != nil {
		return nil, err
	}
	if !affordable(raw) {
		return nil, protected
	}
	archive, err := decryptDefault(raw)
	if err != nil || !bytes.HasPrefix(archive, []byte(zipSignature)) {
		return nil, protected
	}
	return archive, nil
}

func decryptDefault(raw []byte) (archive []byte, err error) {
	defer refusePanic(&err)
	return excelize.Decrypt(raw, &excelize.Options{Password: defaultPassword})
}

// affordable reports whether the key is derived in as many rounds as programs
// use, 100,000, and not in millions, which would take seconds.
func affordable(raw []byte) bool {
	const most = 200_000
	for rest := raw; ; {
		_, after, found := bytes.Cut(rest, []byte(`spinCount="`))
		if !found {
			return true
		}
		count, _, _ := bytes.Cut(after[:min(len(after), 16)], []byte{'"'})
		if n, err := strconv.Atoi(string(count)); err != nil || n < 0 || n > most {
			return false
		}
		rest = after
	}
}
