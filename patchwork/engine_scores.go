package patchwork

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// current reads the scores again when the model's file has changed, also by another process, or images or features have, which
// may be those that had none.
func (e *engine) current() *Scores {
	e.mu.Lock()
	defer e.mu.Unlock()
	stat, err := os.Stat(e.path("models", modelName, classify.ScoresFile))
	if err != nil {
		e.scores, e.stamp = nil, ""
		return nil
	}
	settings := e.Settings()
	read := scoresRead{stat.ModTime(), e.Images(), e.writtenAt(filepath.Join("features", settings.Features+".json"))}
	read.features += " " + e.writtenAt(filepath.Join("features", settings.Features+contextEnding))
	if settings.Maps != nil {
		read.features += " " + e.writtenAt(filepath.Join("features", settings.Maps.ID+".json"))
	}
	if read == e.read && e.scores != nil {
		return e.scores
	}
	if scores, err := e.Project.Scores(); err == nil {
		e.scores, e.read = scores, read
		e.stamp = stat.ModTime().UTC().Format("20060102T150405.000000")
		if scores.renewed > 0 {
			e.renewals++
			e.stamp += fmt.Sprintf("+%d", e.renewals)
		}
	}
	return e.scores
}

// scoresRead says of which files the scores were read.
type scoresRead struct {
	scores   time.Time
	images   *imageset.Index
	features string
}

// Scores gives the model's scores by the order of the classes.
func (e *engine) Scores() (func(row int) []float32, string) {
	scores := e.current()
	if scores == nil {
		return nil, ""
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return scores.For(e.Labels().Table()), e.stamp
}
