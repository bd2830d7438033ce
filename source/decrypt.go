package source

import (
	"bytes"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"

	"github.com/richardlehane/mscfb"
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
func affordable(raw []byte) (ok bool) {
	const most, longest = 200_000, 64 << 10
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	entries, err := mscfb.New(bytes.NewReader(raw))
	if err != nil {
		return false
	}
	seen := map[string]bool{}
	for {
		entry, err := entries.Next()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		stream := entry.Name == "EncryptionInfo" || entry.Name == "EncryptedPackage"
		if stream && (seen[entry.Name] || entry.Size > int64(len(raw))) {
			return false
		}
		if seen[entry.Name] = stream; entry.Name != "EncryptionInfo" {
			continue
		}
		info := make([]byte, min(max(entry.Size, 0), longest))
		if _, err := io.ReadFull(entry, info); err != nil || entry.Size > longest {
			return false
		}
		if rounds(info) > most {
			return false
		}
	}
}

var spinCount = regexp.MustCompile(`spinCount\s*=\s*["'](\d{1,9})["']`)

// rounds is the largest number of rounds that an EncryptionInfo stream asks for,
// the largest there is if it does so in a way that only a trick would.
func rounds(info []byte) int {
	most := 0
	counts := spinCount.FindAllSubmatch(info, -1)
	for _, match := range counts {
		n, err := strconv.Atoi(string(match[1]))
		if err != nil {
			return math.MaxInt
		}
		most = max(most, n)
	}
	if bytes.Count(info, []byte("spinCount")) != len(counts) {
		return math.MaxInt
	}
	return most
}
