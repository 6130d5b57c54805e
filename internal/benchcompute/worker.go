package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"sync"
	"time"

	gomlx "github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/compute/cpu"
)

// worker is one of the two engines that are written in Go, in its own process.
type worker struct {
	backend gomlx.Backend
	name    string // of the row that is built
	task    *task

	mu       sync.Mutex
	messages []string // what the backend reported since the last answer
}

// serve answers requests until the input ends.
func serve(engine string, in io.Reader, out io.Writer) error {
	w := &worker{}
	enc := json.NewEncoder(out)
	var err error
	switch engine {
	case "cpu":
		w.backend, err = cpu.Open(cpu.Options{Logger: w.report})
	case "go":
		w.backend, err = gomlx.NewWithConfig(compute.Safe)
	default:
		err = fmt.Errorf("the worker %q is not cpu or go", engine)
	}
	if err != nil {
		return enc.Encode(hello{Error: err.Error()})
	}
	about := fmt.Sprintf("%s, %d threads", w.backend.Description(), runtime.GOMAXPROCS(0))
	if err := enc.Encode(hello{About: about}); err != nil {
		return err
	}
	for line := range requests(in) {
		var r request
		a := answer{}
		if err := json.Unmarshal(line, &r); err != nil {
			a.Error = err.Error()
		} else if err := compute.Try(engine, func() error { return w.answer(r, &a) }); err != nil {
			a.Error = err.Error()
			w.task, w.name = nil, ""
		}
		w.mu.Lock()
		a.Messages, w.messages = w.messages, nil
		w.mu.Unlock()
		a.Peak = peakMemory()
		if err := enc.Encode(a); err != nil {
			return err
		}
	}
	return nil
}

// requests yields the lines of in. The process ends with its input, even in the middle of a run.
func requests(in io.Reader) <-chan []byte {
	lines := make(chan []byte)
	go func() {
		s := bufio.NewScanner(in)
		s.Buffer(nil, 1<<20)
		for s.Scan() {
			lines <- append([]byte(nil), s.Bytes()...)
		}
		os.Exit(0)
	}()
	return lines
}

func (w *worker) report(message string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.messages = append(w.messages, message)
}

func (w *worker) answer(r request, a *answer) error {
	fresh := r.Name != w.name
	if fresh {
		if w.task != nil {
			w.task.close()
		}
		w.task, w.name = nil, ""
		runtime.GC()
		t, err := newTask(w.backend, r.Work)
		if err != nil {
			return err
		}
		w.task, w.name = t, r.Name
	}
	if r.Check {
		if err := w.check(r.Work, a); err != nil {
			return err
		}
	}
	seconds, err := timed(w.task.run, r, fresh)
	a.Seconds = map[string][]float64{"": seconds}
	a.Flops = w.task.flops()
	return err
}

// check runs once and digests the results.
func (w *worker) check(work Work, a *answer) error {
	out, err := w.task.call()
	if err != nil {
		return err
	}
	for _, y := range out {
		if work.Pass == "train" {
			loss := float64(tensors.ToScalar[float32](y))
			if math.IsNaN(loss) || math.IsInf(loss, 0) {
				return fmt.Errorf("the loss is %g", loss)
			}
			a.Loss = &loss
		} else {
			values, err := tensors.CopyFlatData[float32](y)
			if err != nil {
				return err
			}
			a.Digests = append(a.Digests, digestOf(values))
		}
		y.MustFinalizeAll()
	}
	return nil
}

// timed runs as a request wants and returns the seconds of each run.
func timed(run func() error, r request, fresh bool) (seconds []float64, err error) {
	once := func() float64 {
		begun := time.Now()
		if err == nil {
			err = run()
		}
		return time.Since(begun).Seconds()
	}
	if r.Steps > 0 || r.Cold {
		for range max(r.Steps, 1) {
			seconds = append(seconds, once())
		}
		return seconds, err
	}
	if first := once(); first < 0.1 || fresh && first < 1 {
		once()
	}
	for total := 0.0; err == nil && (total < r.Seconds || len(seconds) == 0); {
		s := once()
		seconds, total = append(seconds, s), total+s
	}
	return seconds, err
}
