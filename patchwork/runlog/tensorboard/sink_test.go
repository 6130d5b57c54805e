package tensorboard

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// tags lists the steps and tags of the summaries of an event file, as "7 loss", and "7 START" of sessions.
func tags(t *testing.T, file string) (list []string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records(t, b) {
		var step uint64
		eachField(t, r, func(number protowire.Number, v uint64, data []byte) {
			switch number {
			case 2:
				step = v
			case 5:
				eachField(t, data, func(_ protowire.Number, _ uint64, value []byte) {
					eachField(t, value, func(number protowire.Number, _ uint64, tag []byte) {
						if number == 1 {
							list = append(list, fmt.Sprintf("%d %s", step, tag))
						}
					})
				})
			case 7:
				list = append(list, fmt.Sprint(step, " START"))
			}
		})
	}
	return list
}

func eachField(t *testing.T, m []byte, do func(number protowire.Number, v uint64, data []byte)) {
	t.Helper()
	for len(m) > 0 {
		number, kind, n := protowire.ConsumeTag(m)
		if n < 0 {
			t.Fatal("no tag")
		}
		m = m[n:]
		var v uint64
		var data []byte
		switch kind {
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(m)
		case protowire.BytesType:
			data, n = protowire.ConsumeBytes(m)
		default:
			n = protowire.ConsumeFieldValue(number, kind, m)
		}
		if n < 0 {
			t.Fatal("no value")
		}
		do(number, v, data)
		m = m[n:]
	}
}

func TestARunAndItsGoingOn(t *testing.T) {
	dir := t.TempDir()
	r := runlog.Run{ID: "tensorboard", Kind: "pretrain", Started: time.Now(), Settings: map[string]string{"rate": "0.1"}, Environment: map[string]string{"go": "1"}, Note: "try"}
	s, err := Open("")(dir, r, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := runlog.All(nil, s)
	shows := runlog.Shows(all)
	if shows == nil {
		t.Fatal("it shows nothing but numbers")
	}
	all.Add(runlog.Point{Step: 0, Values: map[string]float64{"linear probe": 0.5}})
	shows.Histogram(0, "weights/stem", []float32{1, 2})
	shows.Picture(0, "views", image.NewRGBA(image.Rect(0, 0, 2, 2)))
	all.Add(runlog.Point{Step: 1, Epoch: 0.5, Values: map[string]float64{"loss": 2}})
	if err := shows.Cloud(1, runlog.Cloud{Name: "features", Points: [][]float32{{1, 2}}}); err != nil {
		t.Fatal(err)
	}
	if err := all.End(runlog.Run{State: runlog.Interrupted, Metrics: map[string]float64{"loss": 2, "images": 9}}); err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(dir, "tensorboard")
	first := only(t, into)
	want := []string{"0 _hparams_/session_start_info", "0 settings", "0 environment", "0 note", "0 epoch", "0 linear probe", "0 weights/stem", "0 views", "1 epoch", "1 loss", "1 images"}
	if got := tags(t, first); !slices.Equal(got, want) {
		t.Errorf("the events are %q, want %q", got, want)
	}
	if _, err := os.Stat(filepath.Join(into, "projector_config.pbtxt")); err != nil {
		t.Error(err)
	}
	os.Rename(first, filepath.Join(dir, "first")) // so that there is one file again

	s, err = Open(dir)("", r, 1)
	if err != nil {
		t.Fatal(err)
	}
	s.Add(runlog.Point{Step: 2, Values: map[string]float64{"loss": 1}})
	if err := s.End(runlog.Run{State: runlog.Done}); err != nil {
		t.Fatal(err)
	}
	want = []string{"2 START", "0 _hparams_/session_start_info", "0 settings", "0 environment", "0 note", "2 epoch", "2 loss", "0 _hparams_/session_end_info"}
	if got := tags(t, only(t, into)); !slices.Equal(got, want) {
		t.Errorf("going on the events are %q, want %q", got, want)
	}
	if _, err := Open("")("", r, 0); err == nil || !strings.Contains(err.Error(), "has no folder") {
		t.Errorf("without a folder: %v", err)
	}
}
