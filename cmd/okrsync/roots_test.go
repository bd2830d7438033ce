package main

import (
	"crypto/x509"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// TestRoots shows, in a process of its own that finds no certificates, that those linked into
// okrsync are trusted, and not before an address asks for them.
func TestRoots(t *testing.T) {
	const own = "OKRSYNC_TEST_ROOTS"
	if os.Getenv(own) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRoots$")
		cmd.Env = append(os.Environ(), own+"=1", "SSL_CERT_FILE=/nowhere", "SSL_CERT_DIR=/nowhere")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	for _, test := range []struct {
		address string
		trusted bool
	}{{"http://127.0.0.1:80", false}, {"https://open.feishu.cn", true}, {"https://open.feishu.cn", true}} {
		if err := trustedFor(test.address); err != nil {
			t.Fatal(err)
		}
		if err := verifyLinked(t); (err == nil) != test.trusted {
			t.Errorf("after %s: %v, want trusted: %t", test.address, err, test.trusted)
		}
	}
}

// verifyLinked verifies a certificate that is linked into okrsync.
func verifyLinked(t *testing.T) error {
	t.Helper()
	for root := range bundle.Roots() {
		cert, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			t.Fatal(err)
		}
		if root.Constraint == nil && time.Now().Before(cert.NotAfter) {
			_, err = cert.Verify(x509.VerifyOptions{KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
			return err
		}
	}
	t.Fatal("there is none")
	return nil
}
