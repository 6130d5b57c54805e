package studio

import (
	"context"
	"time"
)

// pushEvery is the least time between two times that pages hear how far a job is.
const pushEvery = 250 * time.Millisecond

// job is something long that goes on while people label. Session.mu guards it.
type job struct {
	cancel context.CancelFunc // nil when it is not under way
	begun  time.Time
	step   string
	done   int
	total  int
	failed string    // why nothing came of it, and what to do
	pushed time.Time // when pages last heard how far it is
}

// jobView is what a page shows of a job.
type jobView struct {
	Running bool    `json:"running"`
	Step    string  `json:"step,omitempty"`
	Done    int     `json:"done"`
	Total   int     `json:"total"`
	Seconds float64 `json:"seconds"`
	Failed  string  `json:"failed,omitempty"`
}

// begin readies the job to be done until the context ends.
func (j *job) begin() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	j.cancel, j.begun, j.step, j.done, j.total, j.failed = cancel, time.Now(), "", 0, 0, ""
	return ctx, cancel
}

// heard notes how far the job is and says whether pages should hear it now.
func (j *job) heard(step string, done, total int) bool {
	j.step, j.done, j.total = step, done, total
	now := time.Now()
	if now.Sub(j.pushed) < pushEvery {
		return false
	}
	j.pushed = now
	return true
}

func (j *job) view() jobView {
	v := jobView{Running: j.cancel != nil, Step: j.step, Done: j.done, Total: j.total, Failed: j.failed}
	if v.Running {
		v.Seconds = time.Since(j.begun).Seconds()
	}
	return v
}
