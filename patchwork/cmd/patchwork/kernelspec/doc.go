// Package kernelspec installs the Jupyter kernel "Go (patchwork)".
//
// The kernel is GoNB, started so that a cell can import this project without touching a go.mod, and so that cells
// start fast. Install writes one folder, <Jupyter data>/kernels/patchwork:
//
//	kernel.json     how Jupyter starts the kernel; "metadata" says where the project comes from
//	bin/go          a small stand-in for the go command (see lazyget.sh); everything else it hands to the real one
//	module/         only for a released version: a module that requires that version
//	logo-*.png      what Jupyter shows beside the name
//
// The project comes from a Source: a working tree, whose edits the next cell sees, or a released version. Either way
// GoNB gets it through -go_work, so nothing about it appears in a notebook.
//
// All state is in that folder. Install may be repeated and writes the same bytes for the same machine and options;
// Remove deletes the folder; Status reads it and compares it with what is on the machine now.
package kernelspec
