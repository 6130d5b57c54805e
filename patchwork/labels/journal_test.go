package labels

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

const head = `{"patchwork":"journal","version":1,"annotator":"anna"}` + "\n"

// written is a line of a journal, at a second of the day.
func written(id string, second int, rest string) string {
	return fmt.Sprintf(`{"id":%q,"time":"2026-01-02T03:04:%02dZ","by":"anna",%s}`+"\n", id, second, rest)
}

func sets(class string, value int, ref string) string {
	return fmt.Sprintf(`"kind":"label","set":[{"class":%q,"value":%d,"imgs":[%q]}]`, class, value, ref)
}

// A file cut at any byte gives the events of its complete lines, says so if something was dropped, and takes new
// events, which are there at the next opening.
func TestAJournalCutAtAnyByte(t *testing.T) {
	ix := index(t, "a.jpg", "b.jpg")
	first := t.TempDir()
	s := open(t, Options{Dir: first, Classes: []string{"water", "sea \"é\""}, Images: ix})
	apply(t, s, label("water", Present, "a.jpg"))
	apply(t, s, label("sea \"é\"", Absent, "a.jpg", "b.jpg"))
	apply(t, s, Event{Kind: KindUndo})
	apply(t, s, label("water", Absent, "b.jpg"))
	s.Close()
	whole := journalOf(t, first)

	for size := range len(whole) + 1 {
		dir := t.TempDir()
		writeJournal(t, dir, "anna", whole[:size])
		// lines that end, with or without their newline
		complete := bytes.Count(whole[:size], []byte("\n"))
		if size < len(whole) && whole[size] == '\n' {
			complete++
		}
		torn := complete == 0 && size > 0 || size > 0 && whole[size-1] != '\n' && (size == len(whole) || whole[size] != '\n')

		o := Options{Dir: dir, Classes: s.o.Classes, Images: ix, ReadOnly: true}
		s := open(t, o)
		if got, want := s.Version(), int64(max(complete-1, 0)); got != want {
			t.Fatalf("cut at %d: %d events; want %d", size, got, want)
		}
		if got := len(s.Warnings()) == 1 && strings.Contains(s.Warnings()[0], "no complete line"); got != torn {
			t.Fatalf("cut at %d: warnings %q; torn is %v", size, s.Warnings(), torn)
		}
		if size%5 > 0 && !(size > 0 && whole[size-1] == '\n') && !(size < len(whole) && whole[size] == '\n') {
			continue // appending costs syncs: every line's end, and every fifth byte
		}
		o.ReadOnly = false
		s = open(t, o)
		apply(t, s, label("water", Present, "b.jpg"))
		s = reopen(t, s)
		if got, want := s.Version(), int64(max(complete-1, 0)+1); got != want || len(s.Warnings()) > 0 || s.Table().Value(1, 0) != Present {
			t.Fatalf("cut at %d: %d events after one more; want %d; warnings %q", size, got, want, s.Warnings())
		}
		after := journalOf(t, dir)
		keep := whole[:size]
		if torn {
			keep = keep[:bytes.LastIndexByte(keep, '\n')+1]
		}
		if !bytes.HasPrefix(after, keep) {
			t.Fatalf("cut at %d: complete lines were changed", size)
		}
	}
}

func TestWhatOpenSaysOfJournals(t *testing.T) {
	good := head + written("1", 1, sets("water", 1, "a.jpg"))
	tests := []struct {
		name, text string
		line       int // of the *JournalError, 0 for none
		says       string
		warns      string
		events     int64
	}{
		{name: "empty file", text: ""},
		{name: "blank lines and CRLF", text: strings.ReplaceAll(good, "\n", "\r\n\r\n"), events: 1},
		{name: "unknown fields", text: head + written("1", 1, `"colour":"red",`+sets("water", 1, "a.jpg")), events: 1},
		{name: "corrupt line in the middle", text: head + "{\"id\":\"x\"\n" + written("1", 1, sets("water", 1, "a.jpg")), line: 2, says: "not a JSON event"},
		{name: "corrupt last line with its newline", text: good + "{]\n", line: 3, says: "Restore the file from a copy"},
		{name: "a power cut's zeros", text: good + "{\"id\":\"\x00\x00\x00\n", events: 1, warns: "no complete line"},
		{name: "zeros only", text: good + "\x00\x00\x00", events: 1, warns: "3 bytes that are no complete line"},
		{name: "zeros in the middle", text: head + "\x00\x00\n" + written("1", 1, sets("water", 1, "a.jpg")), line: 2, says: "not a JSON event"},
		{name: "newer version", text: `{"patchwork":"journal","version":2,"annotator":"anna"}` + "\n", line: 1, says: "has version 2 and this program reads up to version 1; use a newer"},
		{name: "newer version, torn", text: `{"patchwork":"journal","version":2,"annotator":"anna"}`, line: 1, says: "use a newer patchwork"},
		{name: "no header", text: written("1", 1, sets("water", 1, "a.jpg")) + written("2", 1, sets("water", 1, "a.jpg")), line: 1, says: "want the header"},
		{name: "newer kind", text: head + written("1", 1, `"kind":"rename"`) + good[len(head):], line: 2, says: `"rename" is not known to this version`},
		{name: "no id", text: head + written("", 1, sets("water", 1, "a.jpg")) + good[len(head):], line: 2, says: `"id" is missing`},
		{name: "value", text: head + written("1", 1, sets("water", 3, "a.jpg")) + good[len(head):], line: 2, says: "the value 3"},
		{name: "reserved class", text: head + written("1", 1, sets("filepath", 1, "a.jpg")) + good[len(head):], line: 2, says: "reserved name"},
		{name: "undo without target", text: head + written("1", 1, `"kind":"undo"`) + good[len(head):], line: 2, says: `"target"`},
		{name: "undo of nothing", text: head + written("1", 1, `"kind":"undo","target":"x"`), events: 1, warns: "1 undos or redos name events that are in no journal"},
		{name: "unknown image", text: head + written("1", 1, sets("water", 1, "z.jpg")), events: 1, warns: "1 references to images in 1 events find no image"},
		{name: "unknown class", text: head + written("1", 1, sets("sea", 1, "a.jpg")), events: 1, warns: `class "sea" is labelled in the journals but neither declared nor added`},
		{name: "repeated id", text: good + written("1", 2, sets("water", 0, "a.jpg")), events: 1, warns: "1 lines repeat"},
		{name: "renamed file", text: strings.Replace(good, `"annotator":"anna"`, `"annotator":"zoe"`, 1), events: 1, warns: `begun by annotator "zoe"`},
		{name: "far future", text: strings.ReplaceAll(good, "2026-", "2226-"), events: 1, warns: "in the future"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			writeJournal(t, dir, "anna", []byte(tt.text))
			s, err := Open(Options{Dir: dir, Annotator: "anna", Classes: []string{"water"}, Images: index(t, "a.jpg"), ReadOnly: true})
			if tt.line > 0 {
				var bad *JournalError
				if !errors.As(err, &bad) || bad.Line != tt.line || !strings.Contains(err.Error(), tt.says) ||
					!strings.Contains(err.Error(), fmt.Sprintf("anna.jsonl:%d: ", tt.line)) {
					t.Errorf("got %v; want line %d and %q", err, tt.line, tt.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s.Version() != tt.events {
				t.Errorf("%d events; want %d", s.Version(), tt.events)
			}
			w := s.Warnings()
			if tt.warns == "" && len(w) > 0 || tt.warns != "" && (len(w) != 1 || !strings.Contains(w[0], tt.warns)) {
				t.Errorf("warnings %q; want %q", w, tt.warns)
			}
			if after := journalOf(t, dir); string(after) != tt.text {
				t.Error("reading changed the file")
			}
		})
	}
}

// A clock that goes back does not change the order of one person's actions.
func TestLinesKeepTheirOrderWhenTheClockGoesBack(t *testing.T) {
	dir := t.TempDir()
	writeJournal(t, dir, "anna", []byte(head+written("1", 30, sets("water", 1, "a.jpg"))+written("2", 10, sets("water", 0, "a.jpg"))))
	writeJournal(t, dir, "bob", []byte(strings.ReplaceAll(head, "anna", "bob")+written("3", 20, sets("water", -1, "a.jpg"))))
	s := open(t, Options{Dir: dir, Classes: []string{"water"}, Images: index(t, "a.jpg")})
	if got := s.Table().Value(0, 0); got != Absent {
		t.Errorf("the label is %v; want absent, anna's second action", got)
	}
}

// Bob's undo may be read before the event that it names.
func TestAnUndoReadBeforeItsEvent(t *testing.T) {
	dir := t.TempDir()
	writeJournal(t, dir, "anna", []byte(head+written("1", 1, sets("water", 0, "a.jpg"))))
	writeJournal(t, dir, "bob", []byte(strings.ReplaceAll(head, "anna", "bob")+written("u", 2, `"kind":"undo","target":"2"`)))
	s := open(t, Options{Dir: dir, Annotator: "carl", Classes: []string{"water"}, Images: index(t, "a.jpg")})
	writeJournal(t, dir, "anna", append(journalOf(t, dir), written("2", 3, sets("water", 1, "a.jpg"))...))
	for _, when := range []string{"refreshed", "reopened"} {
		if _, err := s.Refresh(); err != nil {
			t.Fatal(err)
		}
		if got := s.Table().Value(0, 0); got != Absent {
			t.Errorf("%s: the label is %v; want absent, because the later event is undone", when, got)
		}
		s = reopen(t, s)
	}
}

// A moved file keeps its labels if its content is at one place only; otherwise they wait in the journal.
func TestRefsFollowMovedFiles(t *testing.T) {
	dir := t.TempDir()
	ix := index(t, "a.jpg", "b.jpg", "c.jpg", "d#0123456789ab")
	s := open(t, Options{Dir: dir, Classes: []string{"water"}, Images: ix})
	apply(t, s, label("water", Present, "a.jpg", "d#0123456789ab"))
	apply(t, s, label("water", Absent, "b.jpg"))
	s.Close()
	var images []imageset.Image
	for row := range ix.Len() {
		images = append(images, ix.At(row))
	}
	images[0].ID = "moved/a.jpg"
	images[1].ID, images[2].ID = "moved/b.jpg", "copy/b.jpg"
	images[2].Hash = images[1].Hash
	s = open(t, Options{Dir: dir, Classes: []string{"water"}, Images: indexOf(t, images)})
	table := s.Table()
	if table.Value(0, 0) != Present || table.Value(3, 0) != Present {
		t.Error("the label of the moved image, or of one named like a ref, is lost")
	}
	if table.Value(1, 0) != Unknown || table.Value(2, 0) != Unknown {
		t.Error("a label was given to one of two copies by chance")
	}
	if w := s.Warnings(); len(w) != 1 || !strings.Contains(w[0], "1 references to images in 1 events") {
		t.Errorf("warnings %q", w)
	}
	s.Close()
	images[1].ID = "b.jpg"
	if s = open(t, Options{Dir: dir, Classes: []string{"water"}, Images: indexOf(t, images)}); s.Table().Value(1, 0) != Absent {
		t.Error("the label did not come back with its image")
	}
}

func TestEventsKeepWhatTheTableDoesNot(t *testing.T) {
	s := open(t, Options{Dir: t.TempDir(), Classes: []string{"water"}, Images: index(t, "a.jpg", "b.jpg")})
	want := label("water", Present, "a.jpg")
	want.ID, want.Source, want.Dwell = "1", "studio", 1850
	want.Shown = &Shown{Strategy: "entropy", Model: "m1", Score: 0.93, Reason: "water at 0.48"}
	apply(t, s, want)
	apply(t, s, label("water", Absent, "b.jpg"))
	s.Undo("")
	s = reopen(t, s)
	var got []Event
	for e, err := range s.Events() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	if len(got) != 3 || got[0].Dwell != 1850 || !reflect.DeepEqual(got[0].Shown, want.Shown) || got[0].Source != "studio" || got[2].Kind != KindUndo {
		t.Errorf("history is %+v", got)
	}
	if got[0].Set[0].Images[0] != Ref(s.o.Images, 0) {
		t.Errorf("the ref is %q; want %q", got[0].Set[0].Images[0], Ref(s.o.Images, 0))
	}
	if !s.Live("1") || s.Live(got[1].ID) || s.Live(got[2].ID) || s.Live("none") {
		t.Error("Live is wrong")
	}
	if age := time.Since(got[1].Time); age < 0 || age > time.Minute {
		t.Errorf("the time is %v", got[1].Time)
	}
}

func TestEventsReportAJournalThatChangedOnDisk(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Options{Dir: dir, Classes: []string{"water"}, Images: index(t, "a.jpg")})
	apply(t, s, label("water", Present, "a.jpg"))
	file := filepath.Join(dir, "journal", "anna.jsonl")
	if err := os.WriteFile(file, []byte(head), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, err := range s.Events() {
		if bad := (*JournalError)(nil); !errors.As(err, &bad) {
			t.Errorf("got %v; want a *JournalError", err)
		}
	}
	_, err := s.Apply(label("water", Absent, "a.jpg"))
	if err == nil || !strings.Contains(err.Error(), "changed by something else") {
		t.Errorf("got %v; want a refusal to write after foreign bytes", err)
	}
}

// Reading never panics; what has been read stays the same when more follows, and every event is one that check accepts.
func FuzzReadJournal(f *testing.F) {
	good := head + written("1", 1, sets("water", 1, "a")) + written("2", 2, `"kind":"undo","target":"1"`)
	for _, seed := range []string{good, good[:len(good)-1], good[:len(good)-9], head + written("3", 3, `"kind":"class-rename","classes":["water","lake"]`) + written("4", 4, `"kind":"class-merge","classes":["a"]`), head, head + "\n\r\n", head + "\x00\x00", "{}\n", strings.ReplaceAll(good, "\n", "\r\n")} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		read := func(j *journal, data []byte) (ids []string, err error) {
			err = j.read(data, func(l line) error {
				if err := l.check(); err != nil {
					t.Errorf("an event that check refuses was read: %v", err)
				}
				ids = append(ids, fmt.Sprint(l.ID, l.number, l.offset, l.size))
				return nil
			})
			return ids, err
		}
		whole := &journal{}
		want, err := read(whole, data)
		if err != nil {
			return
		}
		if whole.covered+whole.torn != int64(len(data)) || whole.sum != (checksum{}).add(data[:whole.covered]) {
			t.Errorf("%d bytes covered and %d torn of %d", whole.covered, whole.torn, len(data))
		}
		parts, got := &journal{}, []string(nil)
		for cut := range len(data) + 1 { // as a reader who looks at every byte that is written
			try := *parts
			ids, err := read(&try, data[parts.covered:cut])
			if err != nil {
				return // a half line may look like a whole bad one
			}
			if rest := bytes.TrimLeft(data[cut:], " \t\r"); try.open && len(rest) > 0 && rest[0] != '\n' {
				continue // a half line that looks like a whole good one, which no writer of ours leaves
			}
			*parts = try
			got = append(got, ids...)
		}
		if !slices.Equal(got, want) || parts.covered != whole.covered || parts.sum != whole.sum {
			t.Errorf("read in parts: %q; at once: %q", got, want)
		}
	})
}

// A folder of journals that cannot be read must not look like one without labels. Permissions do not hold root back, so
// a file in its place stands for it.
func TestUnreadableJournalFolderIsAnError(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "journal"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Open(Options{Dir: dir, Annotator: "anna", Images: index(t, "a.jpg"), ReadOnly: true})
	if err == nil || !strings.Contains(err.Error(), "cannot read the journals") {
		t.Errorf("opened %v, error %v; want one that says the journals cannot be read", s, err)
	}
}

func TestNewerJournalIsNotCalledDamaged(t *testing.T) {
	err := (&JournalError{File: "j.jsonl", Line: 1, Err: &versionError{7}}).Error()
	if !strings.Contains(err, "use a newer patchwork") || strings.Contains(err, "Restore") {
		t.Errorf("got %q, want advice to use a newer patchwork and no other", err)
	}
}
