// Package e2e drives the whole as a person does: a Jupyter server with the kernel of this working tree, a Chromium that
// clicks and types in it, and the notebooks executed from first cell to last.
//
// The helpers are for tests. They start everything in folders of their own, on free ports of the loopback interface,
// and everything they start ends with the test (see package browsertest). Where Jupyter, Chromium or the kernel's tools
// are missing, a test is skipped and says what to install; with CI=true it fails.
//
// Screenshots go to build/screenshots, for a person to look at.
package e2e
