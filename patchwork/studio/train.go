package studio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// training is the training that runs, or the last one that ran.
type training struct {
	job
	points  []classify.Point
	outcome string // one line about it; why it failed says job.failed
	picture string // the finished curve as a data URI
}

// train starts a training in the background; s.mu is held. Labelling goes on meanwhile. Settings that the event names are
// kept for the next one.
func (s *Session) train(e host.Event) error {
	if s.training.cancel != nil {
		return wish("Training already runs; Stop ends it and keeps the best weights so far.")
	}
	if len(s.project.Classes()) == 0 {
		return wish(noClasses)
	}
	var data struct {
		Settings map[string]string `json:"settings"`
		GoOn     bool              `json:"go_on"`
	}
	if err := decode(e, &data); err != nil {
		return err
	}
	if err := s.configure(data.Settings); err != nil {
		return err
	}
	o, goOn := s.options, data.GoOn
	if s.audit.cancel != nil {
		s.audit.cancel()
	}
	s.training = training{}
	ctx, cancel := s.training.begin()
	s.training.step = "starting"
	go func() {
		defer cancel()
		info, err := s.project.Train(ctx, o, goOn, s.onPoint, s.onStep)
		s.mu.Lock()
		defer s.mu.Unlock()
		t := &s.training
		t.cancel, t.step, t.done, t.total = nil, "", 0, 0
		switch took := time.Since(t.begun).Round(100 * time.Millisecond); {
		case errors.Is(err, context.Canceled):
			t.outcome = fmt.Sprintf("Stopped after %v; the best weights so far are kept.", took)
		case err != nil:
			t.failed = err.Error()
		default:
			t.outcome = fmt.Sprintf("Trained on %d images in %v.%s", info.TrainRows, took, validationLine(info))
			s.mapAfterTraining()
		}
		s.message = cmp.Or(t.failed, t.outcome)
		s.readRuns()
		if err == nil && time.Since(t.begun) < quick {
			s.startAudit()
		}
		if !s.closed {
			s.pushAll()
		}
	}()
	return nil
}

// validationLine says how the model does on the images held out.
func validationLine(info classify.Info) string {
	if info.Report == nil || info.Report.Validation.Rows == 0 {
		return " No validation images, so nothing measures it yet."
	}
	v := info.Report.Validation
	return fmt.Sprintf(" Validation: accuracy %.3f, mean AUC %s on %d images.", v.Accuracy.Value, v.MacroAUC, v.Rows)
}

func (s *Session) onPoint(p classify.Point) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if math.IsNaN(p.TrainLoss) { // a head that is made at once is on its way
		s.heardTraining("fitting", p.Step, p.Steps)
		return
	}
	s.training.points = append(s.training.points, p)
	s.heardTraining(s.training.step, s.training.done, s.training.total)
}

func (s *Session) onStep(what string, done, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heardTraining(what, done, total)
}

// heardTraining notes how far the training is and shows it to all pages, a few times a second at most; s.mu is held.
func (s *Session) heardTraining(step string, done, total int) {
	if s.training.heard(step, done, total) {
		s.push(trainingOnly{Train: s.trainView()})
	}
}

// trainingOnly is the part of the view that a running training changes.
type trainingOnly struct {
	Train trainView `json:"train"`
}

// Key lets a slow page skip all but the latest.
func (trainingOnly) Key() string { return "train" }

// Close stops a layout that is being made, a search for doubles and a running training, or audit, and waits until it has kept its weights, at most for the given time. Nothing begins by
// itself after it.
func (s *Session) Close(wait time.Duration) {
	until := time.Now().Add(wait)
	for {
		s.mu.Lock()
		running := s.training.cancel
		if s.closed = true; running == nil {
			running = s.audit.cancel
		}
		if s.mapping.cancel != nil {
			s.mapping.cancel()
		}
		if s.doubles.cancel != nil {
			s.doubles.cancel()
		}
		s.mu.Unlock()
		if running == nil || time.Now().After(until) {
			return
		}
		running()
		time.Sleep(20 * time.Millisecond)
	}
}

// Watch shows what other processes do, looking once a second until ctx ends: labels in the journals of other annotators,
// and the scores of a model trained elsewhere.
func (s *Session) Watch(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return
		}
		store := s.project.Labels()
		_, stamp := s.project.Scores()
		s.mu.Unlock()
		changed, err := store.Refresh()
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return
		}
		news := s.reload()
		switch {
		case news != "":
		case err != nil && s.stale != err.Error():
			s.stale = err.Error()
			news = s.stale
		case stamp != s.stamp && s.training.cancel == nil:
			news = "A new model has scored the images."
		case changed:
			s.followClasses()
			news = "Another annotator has labelled."
		}
		if version := s.project.Labels().Version(); news != "" {
			s.message = news
			s.pushAll()
		} else if s.counted.version != version || s.tallied.version != version { // what was left as it was for a moment
			s.pushAll()
		}
		s.mu.Unlock()
	}
}

// reload takes up images and settings that another process has written, and says what is new; s.mu is held. While a
// training runs it waits.
func (s *Session) reload() (news string) {
	if s.training.cancel != nil {
		return ""
	}
	before := s.project.Images().Len()
	changed, err := s.project.Reload()
	switch {
	case err != nil:
		return "The images and settings that were changed could not be read, so the studio goes on with those before: " + err.Error()
	case !changed:
		return ""
	}
	reader := s.project.Reader()
	s.sources, s.bands, s.counted, s.drawn, s.measured, s.tallied = readSources(reader.Index), bandsOf(reader), counted{}, drawn{}, measured{}, tallied{}
	s.doubles.judged = judged{}
	s.followClasses()
	if more := reader.Index.Len() - before; more > 0 {
		return count(more, "new image") + " found; Next shows some."
	}
	return "The settings or the images have changed."
}
