package main

// A worker says hello in one line, then answers each line that holds a request with one that holds an answer. It ends
// when its input does.

type hello struct {
	About string `json:"about"`           // what runs, with version and threads
	Error string `json:"error,omitempty"` // why it cannot
}

// request asks for a round of one row. A worker keeps what it built until another Name is asked for.
type request struct {
	Name    string  `json:"name"`
	Work    Work    `json:"work"`
	Seconds float64 `json:"seconds"`          // how long to run each variant, after warming up; at least one run
	Check   bool    `json:"check,omitempty"`  // send digests of the results, too
	Cold    bool    `json:"cold,omitempty"`   // for slow engines: no warming up, one run
	Steps   int     `json:"steps,omitempty"`  // for a fresh process: just so many runs, and what they took
	Choice  string  `json:"choice,omitempty"` // with Steps: the variant
}

type answer struct {
	Seconds  map[string][]float64 `json:"seconds"`           // of each run, for each variant
	Digests  []digest             `json:"digests,omitempty"` // of single operations
	Loss     *float64             `json:"loss,omitempty"`    // of networks, when checked
	Flops    float64              `json:"flops,omitempty"`   // of a run, where a worker counted them
	Peak     float64              `json:"peak,omitempty"`    // MB of memory, the most so far
	Messages []string             `json:"messages,omitempty"`
	Error    string               `json:"error,omitempty"`
}
