package widgets

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/gopatchwork/patchwork/widgets/host"
)

// session is the application behind Grid.Run and LabelButtons.Run: labels in memory, for as long as the cell runs. It is
// a host.App; its page is assets/cell.mjs.
type session struct {
	mode    string // "grid", "buttons" or "choice" (buttons without an image)
	title   string
	images  []GridImage
	classes []Class
	columns int
	quick   string              // name of a class, or ""
	keys    map[string][]string // action → keys
	without []string            // actions that the page does not offer

	mu      sync.Mutex
	values  [][]int8          // [image][class]
	version int               // grows with every change of values
	windows map[string]window // page → the tiles it asked for last
	steps   []step            // done, oldest first
	undone  []step            // taken back, latest last
	server  *host.Server
}

func (s *session) check() error {
	var errs []error
	if len(s.images) == 0 {
		errs = append(errs, errors.New("widgets: there are no images; want at least one"))
	}
	if len(s.classes) == 0 {
		errs = append(errs, errors.New("widgets: Classes is empty; want what can be labelled, such as Classes(\"cat\", \"dog\")"))
	}
	seen := map[string]bool{}
	for i, c := range s.classes {
		if c.Name == "" || seen[c.Name] {
			errs = append(errs, fmt.Errorf("widgets: Classes[%d] is named %q; want a name of its own", i, c.Name))
		}
		seen[c.Name] = true
	}
	if s.quick != "" && !seen[s.quick] {
		errs = append(errs, fmt.Errorf("widgets: Quick is %q; want the name of one of the Classes, or nothing", s.quick))
	}
	for i, img := range s.images {
		if n := len(img.Values); n != 0 && n != len(s.classes) {
			errs = append(errs, fmt.Errorf("widgets: Images[%d] has %d Values; want one for each of %d classes, or none", i, n, len(s.classes)))
		}
		if n := len(img.Scores); n != 0 && n != len(s.classes) {
			errs = append(errs, fmt.Errorf("widgets: Images[%d] has %d Scores; want one for each of %d classes, or none", i, n, len(s.classes)))
		}
	}
	return errors.Join(errs...)
}

// begin sets the labels that the images came with.
func (s *session) begin() {
	s.windows = map[string]window{}
	s.values = make([][]int8, len(s.images))
	for i, img := range s.images {
		s.values[i] = slices.Repeat([]int8{unknown}, len(s.classes))
		for c, v := range img.Values {
			s.values[i][c] = tri(v)
		}
	}
}

const unknown, absent, present = int8(-1), int8(0), int8(1)

// tri is v if it is a label and unknown otherwise.
func tri(v int8) int8 {
	if v == absent || v == present {
		return v
	}
	return unknown
}

// Start is called by the server once, before pages come.
func (s *session) Start(server *host.Server) {
	s.server = server
	server.Handle("GET /picture/{row}", http.HandlerFunc(s.picture)) // the pattern is valid and new, so no error
}

// Hello is the first view of a page.
func (s *session) Hello(_ context.Context, page string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view(s.windowOf(page)), nil
}

// Receive applies one event: set, page, undo, redo, next or done. The reply is the view after it.
func (s *session) Receive(_ context.Context, page string, e host.Event) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e.Kind {
	case "set":
		if err := s.set(e.Data); err != nil {
			return nil, err
		}
	case "page": // concerns this page alone
		if err := s.turn(page, e.Data); err != nil {
			return nil, err
		}
		return s.view(s.windowOf(page)), nil
	case "next": // all images are in reach already
		return s.view(s.windowOf(page)), nil
	case "undo":
		s.steps, s.undone = s.move(s.steps, s.undone)
	case "redo":
		s.undone, s.steps = s.move(s.undone, s.steps)
	case "done":
		s.server.End(host.ReasonDone)
	default:
		return nil, fmt.Errorf("widgets: %q has no meaning here; only labels are kept", e.Kind)
	}
	s.version++
	// The other pages ask for the tiles that they show when they see that the version is another.
	err := s.server.Push(s.view(s.common()))
	return s.view(s.windowOf(page)), err
}

// picture serves an image of the session: small, or with ?full=1 large.
func (s *session) picture(w http.ResponseWriter, r *http.Request) {
	row, err := strconv.Atoi(r.PathValue("row"))
	if err != nil || row < 0 || row >= len(s.images) {
		http.NotFound(w, r)
		return
	}
	side, limit := 480, 256<<10
	if r.URL.Query().Has("full") {
		side, limit = 2400, 16<<20
	}
	s.images[row].serve(w, side, limit, "private, max-age=3600")
}
