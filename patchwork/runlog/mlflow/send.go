package mlflow

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// How often what waits is sent, and how long a trouble is waited for.
const (
	sendEvery  = 2 * time.Second
	firstPause = time.Second
	lastPause  = time.Minute
)

// sender is the goroutine that talks to the server.
type sender struct {
	run     *Run
	ctx     context.Context
	client  *client
	names   *names
	closing <-chan struct{} // nil when it was heard
	info    runInfo
	over    bool // nothing more is sent
	told    bool // Options.Warn was called
}

// send sends what waits, until the run is closed and all is sent, ctx ends, or the server refuses for good.
func (s *sender) send(begun time.Time) {
	defer close(s.run.done)
	s.over = !s.try(func() (err error) {
		s.info, err = s.client.open(s.ctx, begun)
		return err
	})
	for {
		if s.over {
			s.stop()
			return
		}
		q, status, closed := s.run.take()
		for _, r := range s.requests(q) {
			if s.over || !s.try(r.ask) {
				s.lose(r.of)
			}
		}
		if closed && !s.over {
			s.over = true
			if s.try(func() error {
				return s.client.update(s.ctx, s.info.RunID, map[string]any{"status": status, "end_time": time.Now().UnixMilli()})
			}) {
				return
			}
		}
		if !s.over && s.closing != nil {
			s.pause(sendEvery)
		}
	}
}

// stop ends the run's sending: what waits and what comes is lost.
func (s *sender) stop() {
	r := s.run
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over, r.lost.status = true, true
	r.lost.take(r.waiting)
	r.waiting = queue{}
}

func (s *sender) lose(q queue) {
	s.run.mu.Lock()
	defer s.run.mu.Unlock()
	s.run.lost.take(q)
}

// request is one call, and what it brings.
type request struct {
	ask func() error
	of  queue
}

// requests are the calls that send what waited: settings first, so that an unfinished run has them.
func (s *sender) requests(q queue) (all []request) {
	log := func(b batch, of queue) {
		b.RunID = s.info.RunID
		all = append(all, request{func() error { return s.client.post(s.ctx, "runs/log-batch", b, nil) }, of})
	}
	for _, p := range s.names.pairs(q.params, paramMost) {
		log(batch{Params: p}, queue{params: p})
	}
	for _, p := range s.names.pairs(q.tags, tagMost) {
		log(batch{Tags: p}, queue{tags: p})
	}
	for _, m := range s.names.metrics(q.steps) {
		log(batch{Metrics: m}, queue{left: len(m)})
	}
	for _, f := range q.files {
		all = append(all, request{func() error { return s.client.upload(s.ctx, s.info, f.name, f.data) }, queue{files: []file{f}}})
	}
	return all
}

// try asks until the server does it, and says whether it did. A request may come twice, when its answer was lost: MLflow keeps the
// same number of the same time once, and open finds the run that was made.
func (s *sender) try(ask func() error) bool {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := ask()
		if err == nil {
			return true
		}
		s.hear(err)
		if !passes(err) {
			s.over = s.over || !only(err)
			return false
		}
		if s.pause(pause + rand.N(pause/4)) {
			pause = firstPause / 2
		}
		if s.ctx.Err() != nil {
			s.over = true
			return false
		}
	}
}

// hear keeps an error for Close and tells the first.
func (s *sender) hear(err error) {
	late := s.ctx.Err() != nil // it is Close that broke the request off
	if late {
		err = fmt.Errorf("mlflow: %s has not taken it within %v of the end", s.client.o.URL, s.client.o.Patience)
	}
	s.run.mu.Lock()
	if !late || s.run.lost.why == nil {
		s.run.lost.why = err
	}
	s.run.mu.Unlock()
	if warn := s.run.o.Warn; warn != nil && !s.told {
		warn(err)
	}
	s.told = true
}

// pause waits, until ctx ends or, once, until Close is called, which it returns.
func (s *sender) pause(d time.Duration) (closing bool) {
	select {
	case <-s.ctx.Done():
	case <-s.closing:
		s.closing, closing = nil, true
	case <-time.After(d):
	}
	return closing
}
