// Command testreport turns the events of `go test -json` on standard input into a report that is short when all is
// well: a line for each package, everything a failed test printed, the reason of each skipped test, and at the end a
// line that counts them, such as "412 passed, 0 failed, 3 skipped".
//
// A test with subtests counts as its subtests. A package that does not build, or ends without naming a failed test,
// counts as one failed test. The exit status is 1 if anything failed or nothing ran.
package main

import (
	"fmt"
	"os"
)

func main() {
	r := newReport(os.Stdout)
	if err := r.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
		os.Exit(1)
	}
	if !r.end() {
		os.Exit(1)
	}
}
