// Package kernellink carries messages between a page in a Jupyter notebook and a server beside the kernel, with nothing
// but what every Jupyter has: the page's connection to the kernel.
//
// GoNB answers a heartbeat (a comm_msg to the address #heartbeat/ping) at once, also while a cell runs, by publishing a
// message whose parent_header repeats the header of the question; everyone who listens to the kernel hears it. So what
// is put into the msg_id of such a question reaches all listeners. The page listens through Jupyter's WebSocket, the
// server through the kernel's own sockets, which the connection file describes to programs of the same user. Echo is
// this way of sending: up to some 60 kB of text at a time, in no order, and a few may be lost.
//
// Stream makes a reliable one of it, with numbers, acknowledgements, repetition and a window, for messages of any size.
// widgets/host/page/kernel.mjs is the other end of both.
package kernellink
