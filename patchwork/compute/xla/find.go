package xla

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// pathVariable names the folders of plugins in place of the usual ones.
const pathVariable = "PJRT_PLUGIN_LIBRARY_PATH"

// places is where to look for plugins.
type places struct {
	folders []string
	from    string // for messages: what decided on these folders
}

// usual returns the places that the package documentation lists.
func usual(goos, home string, env func(string) string) places {
	if v := env(pathVariable); v != "" {
		list := slices.DeleteFunc(filepath.SplitList(v), func(f string) bool { return f == "" })
		return places{list, pathVariable + " says so"}
	}
	own, all, variables := filepath.Join(home, ".local", "lib", "go-xla"), "/usr/local/lib/go-xla", []string{"LD_LIBRARY_PATH"}
	switch goos {
	case "darwin":
		own = filepath.Join(home, "Library", "Application Support", "go-xla")
		variables = []string{"DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH"}
	case "windows":
		own, all, variables = filepath.Join(home, "AppData", "Local", "go-xla"), "", nil
	}
	if home == "" {
		own = ""
	}
	var list []string
	for _, folder := range []string{own, all} {
		if folder != "" {
			list = append(list, folder, filepath.Join(folder, "nvidia"))
		}
	}
	for _, name := range variables {
		for _, f := range filepath.SplitList(env(name)) {
			if filepath.IsAbs(f) {
				list = append(list, f)
			}
		}
	}
	return places{list, pathVariable + " is not set"}
}

// fileName finds the name of a plugin in the name of its file.
var fileName = regexp.MustCompile(`^(?:pjrt_c_api_(.+)_plugin|pjrt[-_]plugin[-_](.+))\.(?:so|dylib|dll)$`)

// versioned takes "cpu_v0.83.4" apart.
var versioned = regexp.MustCompile(`^(.+)_v(\d[\d.]*)$`)

// plugins returns the plugins of one folder, name to path. A folder that cannot be read has none.
func plugins(folder string) map[string]string {
	found := map[string]string{}
	entries, _ := os.ReadDir(folder)
	for _, e := range entries { // in alphabetical order, so that of two files with one name always the same is taken
		if m := fileName.FindStringSubmatch(e.Name()); m != nil && !e.IsDir() {
			if name := m[1] + m[2]; found[name] == "" {
				found[name] = filepath.Join(folder, e.Name())
			}
		}
	}
	return found
}

// find returns the file of the plugin with this name in the first folder that holds one.
func (p places) find(name string) (path string, ok bool) {
	for _, folder := range p.folders {
		here := plugins(folder)
		if path, ok := here[name]; ok {
			return path, true
		}
		var best []int
		for n, file := range here {
			m := versioned.FindStringSubmatch(n)
			if m == nil || m[1] != name {
				continue
			}
			if v := numbers(m[2]); path == "" || slices.Compare(v, best) > 0 {
				path, best = file, v
			}
		}
		if path != "" {
			return path, true
		}
	}
	return "", false
}

// numbers takes a version apart: "0.83.4" is 0, 83, 4.
func numbers(version string) []int {
	var list []int
	for part := range strings.SplitSeq(version, ".") {
		n, _ := strconv.Atoi(part)
		list = append(list, n)
	}
	return list
}

// missing is the error for a plugin that find did not find.
func (p places) missing(name string) error {
	all := map[string]bool{}
	for _, folder := range p.folders {
		for n := range plugins(folder) {
			all[n] = true
		}
	}
	there := "no plugin at all"
	if len(all) > 0 {
		there = "only " + strings.Join(slices.Sorted(maps.Keys(all)), ", ")
	}
	return fmt.Errorf("compute/xla: no PJRT plugin %q. Looked for pjrt_c_api_%s_plugin.so or pjrt_c_api_%s_v*_plugin.so in %s (%s) "+
		"and found %s. To get one, call xla.Install(), which downloads it, or put the file into one of these folders; "+
		"or let %s name its folder, or the backend's setting the file: xla:/path/to/pjrt_c_api_%s_plugin.so",
		name, name, name, cmp.Or(strings.Join(p.folders, ", "), "no folder"), p.from, there, pathVariable, name)
}

// configure turns what follows "xla:" in the setting into what go-xla is told: the path of a plugin and options.
func (p places) configure(setting string) (path, config string, err error) {
	name, options, _ := strings.Cut(setting, ",")
	switch {
	case strings.ContainsAny(name, `/\`):
		if path, err = filepath.Abs(name); err == nil {
			_, err = os.Stat(path)
		}
		if err != nil {
			return "", "", fmt.Errorf("compute/xla: the PJRT plugin %s cannot be read: %w. "+
				"Correct the path, or give a name alone, as xla:cpu, to look for it in the usual folders", name, err)
		}
	case name == "":
		name = "cuda"
		if _, ok := p.find(name); !ok {
			name = "cpu"
		}
		fallthrough
	default:
		var ok bool
		if path, ok = p.find(name); !ok {
			return "", "", p.missing(name)
		}
	}
	said := func(option string) bool {
		return slices.ContainsFunc(strings.Split(options, ","), func(o string) bool {
			o, _, _ = strings.Cut(o, "=")
			return strings.TrimPrefix(o, "no") == option
		})
	}
	config = path
	if options != "" {
		config += "," + options
	}
	if !said("tf32") {
		config += ",notf32"
	}
	if !said("shared_buffers") && !strings.Contains(strings.ToLower(filepath.Base(path)), "cpu") {
		config += ",noshared_buffers"
	}
	return path, config, nil
}
