// Package host is the loopback server behind a page and the ways in which a page reaches it. It knows nothing of
// machine learning or labels and imports nothing else of this project.
//
// An App holds the truth; pages show it. A page is served by the Server itself, over HTTP on 127.0.0.1, opens one
// WebSocket to it and sends numbered events; each event is applied once, in order, and answered. The same App can be
// shown in a notebook cell (Embed), as a page of its own (Server.Link), and be driven by other processes (Client).
//
// Three ways to run an App:
//
//	New + Serve      in this process, until its context ends, End is called, it is idle, or a watched process is gone
//	Detach + Main    in a process of its own that outlives the one that starts it; Find and Client reach it later
//	Run              in a notebook cell that waits for the person, and leaves a script-free picture behind
//
// Conventions: a client is one load of a page (a reload is a new client); seq numbers the events of one client from 1;
// an event id is unique for ever, and an event whose id was seen before is answered again but not applied again. All
// URLs inside a page are relative, so that the page works below a path prefix (a proxy). The token is 128 random bits
// in hexadecimal, new for each Server. Processes are watched by id and start time where /proc is there, else by id.
// The package needs a Unix system.
package host
