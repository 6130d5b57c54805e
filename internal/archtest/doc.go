// Package archtest holds the rules of the source tree that a compiler does not: who may import whom, what may not
// stand in a tracked file, and how long a file may grow. Its tests apply them to the working tree.
//
// The rules are data (rules.go), the checks are functions of data (check.go), so both can be tested on made-up trees.
package archtest
