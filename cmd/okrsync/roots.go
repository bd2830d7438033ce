package main

import (
	"crypto/x509"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// trustedFor makes sure that there are certificates to verify a server by, if its address
// asks for that.
func trustedFor(address string) error {
	if strings.HasPrefix(address, "http://") {
		return nil
	}
	return trustRoots()
}

// trustRoots gives the program the certificates that are linked into it where the system
// has none, as in the image, once. They take a few milliseconds and 0.7 MB.
var trustRoots = sync.OnceValue(func() error {
	if system, err := x509.SystemCertPool(); err == nil && !system.Equal(x509.NewCertPool()) {
		return nil
	}
	pool, err := linkedRoots()
	if err == nil {
		x509.SetFallbackRoots(pool)
	}
	return err
})

// linkedRoots are the certificates that browsers trust.
func linkedRoots() (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	for root := range bundle.Roots() {
		cert, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			return nil, fmt.Errorf("a certificate that is linked into okrsync: %w", err)
		}
		if root.Constraint == nil {
			pool.AddCert(cert)
		} else {
			pool.AddCertWithConstraint(cert, root.Constraint)
		}
	}
	return pool, nil
}
