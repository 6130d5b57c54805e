// Package browsertest starts the programs that tests of pages need: a headless Chromium, and any other program, such
// as a server, that must not outlive its test.
//
// Everything is started in folders of its own, and everything ends with the test, also when the test itself is killed
// (see guard.go). Where a program is missing, the test is skipped and says what to install; with CI=true it fails.
//
// Screenshots go to build/screenshots, for a person to look at.
package browsertest
