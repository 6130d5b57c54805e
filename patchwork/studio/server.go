package studio

import (
	"bytes"
	"embed"
	"fmt"
	"html"
	"image/png"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gopatchwork/patchwork/widgets"
	"github.com/gopatchwork/patchwork/widgets/host"
)

//go:embed assets
var own embed.FS

// assets is the studio's own files, with those of the widgets below widgets/.
type assets struct{}

func (assets) Open(name string) (fs.File, error) {
	if rest, ok := strings.CutPrefix(name, "widgets/"); ok {
		return widgets.Assets.Open(rest)
	}
	return own.Open(path.Join("assets", name))
}

// NewServer makes the server of a session: its page, its images and its connection. Serve on the result runs it. The
// fields Assets and Page of o are set here.
func NewServer(s *Session, o host.Options) (*host.Server, error) {
	echarts, hasCharts := widgets.EChartsJS()
	o.Assets = assets{}
	o.Busy = s.busy
	o.Page = func(token string) string { return page(s.project.Name(), token, hasCharts) }
	server, err := host.New(s, o)
	if err != nil {
		return nil, err
	}
	err = server.Handle("GET /thumb/{hash}", http.HandlerFunc(s.serveThumb))
	if err == nil {
		err = server.Handle("GET /image/{hash}", http.HandlerFunc(s.serveImage))
	}
	if err == nil {
		err = server.Handle("GET /summary", http.HandlerFunc(s.serveSummary))
	}
	if err == nil {
		err = s.serveMap(server)
	}
	if err == nil && hasCharts {
		err = server.Handle("GET /echarts.min.js", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
			w.Header().Set("Cache-Control", "max-age=86400")
			w.Write(echarts)
		}))
	}
	if err != nil {
		server.End("never began")
		return nil, err
	}
	s.Bind(func(view any) {
		if err := server.Push(view); err != nil {
			s.message = err.Error()
		}
	}, server.End)
	return server, nil
}

// page is the frame of the application; studio.mjs fills it.
func page(name, token string, hasCharts bool) string {
	text, err := own.ReadFile("assets/index.html")
	if err != nil {
		return fmt.Sprintf("<p>The page is missing from this program: %s</p>", html.EscapeString(err.Error()))
	}
	script := ""
	if hasCharts {
		script = fmt.Sprintf(`<script src="echarts.min.js?token=%s"></script>`, token)
	}
	return strings.NewReplacer("<!--echarts-->", script, "<title>patchwork</title>", "<title>"+html.EscapeString(name)+" · patchwork</title>").
		Replace(string(text))
}

// busy says whether a training runs, a map is laid out or doubles are looked for, so that the server does not end under it.
func (s *Session) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.training.cancel != nil || s.mapping.cancel != nil || s.doubles.cancel != nil
}

// row reads the row that an image's address names, and checks that the row still has that content.
func (s *Session) row(r *http.Request) (int, error) {
	row, err := strconv.Atoi(r.URL.Query().Get("row"))
	index := s.project.Images()
	if err != nil || row < 0 || row >= index.Len() {
		return 0, fmt.Errorf("studio: there is no image %q", r.URL.Query().Get("row"))
	}
	if index.At(row).Hash != r.PathValue("hash") {
		return 0, fmt.Errorf("studio: image %d has changed since the page was made; reload the page", row)
	}
	return row, nil
}

// forever lets the browser keep an image: its address holds the hash of its content.
const forever = "private, max-age=31536000, immutable"

func (s *Session) serveThumb(w http.ResponseWriter, r *http.Request) {
	row, err := s.row(r)
	if err == nil {
		if s.serveLooked(w, r, row, tileSide) {
			return
		}
		var file string
		if file, err = s.project.Thumb(row); err == nil {
			w.Header().Set("Cache-Control", forever)
			http.ServeFile(w, r, file)
			return
		}
	}
	http.Error(w, err.Error(), http.StatusNotFound)
}

// serveLooked sends the picture with the contrast and bands that its address asks for; false where it asks for none.
func (s *Session) serveLooked(w http.ResponseWriter, r *http.Request, row, side int) bool {
	m, err := s.looked(r.Context(), row, r.URL.Query(), side)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
	case m != nil:
		w.Header().Set("Cache-Control", forever)
		w.Header().Set("Content-Type", "image/png")
		png.Encode(w, m)
	}
	return err != nil || m != nil
}

// serveImage sends the image file itself where a browser can show it, and a PNG of it otherwise.
func (s *Session) serveImage(w http.ResponseWriter, r *http.Request) {
	row, err := s.row(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	if s.serveLooked(w, r, row, lookedSide) {
		return
	}
	reader := s.project.Reader()
	data, err := reader.Bytes(row)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", forever)
	file := reader.Path(row)
	switch ext := strings.ToLower(path.Ext(file)); {
	case reader.Input.Key() == "" && slices.Contains([]string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp"}, ext):
		http.ServeContent(w, r, file, time.Time{}, bytes.NewReader(data))
		return
	}
	picture, err := reader.Image(row)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	png.Encode(w, picture)
}

// serveSummary sends the session as a saved notebook shows it.
func (s *Session) serveSummary(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	io.WriteString(w, s.Summary().HTML())
}

// Summary is the session at this moment, with the curve of the latest training.
func (s *Session) Summary() Summary {
	s.mu.Lock()
	history := s.training.points
	s.mu.Unlock()
	if len(history) == 0 {
		history = s.project.History()
	}
	return Summary{
		Name: s.project.Name(), Table: s.project.Labels().Table(), Images: s.project.Images(), Thumb: s.project.Thumb, History: history,
	}
}
