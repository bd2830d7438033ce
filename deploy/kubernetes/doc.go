// Package kubernetes has the test of the manifests beside it: each is decoded as strictly
// as the API server does, and then held against the program, which is built and asked
// which flags, keys and exit codes it has, and run as the containers run it. It is a
// module of its own, since the types of Kubernetes bring many other libraries along.
package kubernetes
