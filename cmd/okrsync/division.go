package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"

	"okrsync/sync"
)

// A division is the runs of a file's shards that report was given.
type division struct {
	runs []given // the newest of each shard, by its index
	old  []given // that newer ones of the same shards have replaced
}

// A given is a run that report was given.
type given struct {
	folder string
	header sync.Header // zero if it cannot be read
}

// divisions puts the runs of shards of one file together. What is left are other runs.
func divisions(runs []given) (divided []division, others []given) {
	for _, r := range runs {
		i := slices.IndexFunc(divided, func(d division) bool { return d.runs[0].header.Siblings(r.header) })
		switch {
		case !r.header.Part.Divided():
			others = append(others, r)
		case i < 0:
			divided = append(divided, division{runs: []given{r}})
		default:
			divided[i].add(r)
		}
	}
	return divided, others
}

// add takes in a further run. Of two of one shard the newer counts.
func (d *division) add(r given) {
	i, there := slices.BinarySearchFunc(d.runs, r, func(a, b given) int { return cmp.Compare(a.header.Part.Index, b.header.Part.Index) })
	switch {
	case !there:
		d.runs = slices.Insert(d.runs, i, r)
	case r.folder == d.runs[i].folder:
	case r.header.StartedAt.Before(d.runs[i].header.StartedAt):
		d.old = append(d.old, r)
	default:
		d.old, d.runs[i] = append(d.old, d.runs[i]), r
	}
}

// missing are the shards without a run.
func (d division) missing() []int {
	missing := []int{}
	for index := 1; index <= d.runs[0].header.Part.Count; index++ {
		if !slices.ContainsFunc(d.runs, func(r given) bool { return r.header.Part.Index == index }) {
			missing = append(missing, index)
		}
	}
	return missing
}

// retellAll writes the views of runs again, those of shards of one file put together, and
// returns the exit code, having told everything.
func (s *session) retellAll(folders []string) int {
	var codes []int
	var runs []given
	for _, folder := range folders {
		run, err := runIn(folder)
		if err != nil {
			codes = append(codes, s.program.tell(err))
		} else {
			runs = append(runs, run)
		}
	}
	divided, others := divisions(runs)
	var merged []string
	for _, d := range divided {
		if len(d.runs) == 1 { // there is nothing to merge it with
			for _, run := range slices.Concat(d.old, d.runs) {
				codes = append(codes, s.program.tell(s.retell(run.folder)))
			}
			codes = append(codes, s.program.tell(s.tellLeft(d, nil)))
			continue
		}
		folder, err := s.merge(filepath.Dir(firstOf(runs, d).folder), d)
		codes, merged = append(codes, s.program.tell(err)), append(merged, folder)
	}
	for _, run := range others {
		if !slices.Contains(merged, run.folder) {
			codes = append(codes, s.program.tell(s.retell(run.folder)))
		}
	}
	return gravest(codes...)
}

// firstOf is the run of a division that was given first.
func firstOf(runs []given, d division) given {
	return runs[slices.IndexFunc(runs, func(r given) bool { return r.header.Siblings(d.runs[0].header) })]
}

// runIn finds a run by the name of its folder.
func runIn(folder string) (given, error) {
	folder, err := filepath.EvalSymlinks(folder)
	if err == nil {
		folder, err = filepath.Abs(folder)
	}
	if err == nil {
		_, err = os.Stat(filepath.Join(folder, sync.JournalName))
	}
	if err != nil {
		return given{}, usagef("这不是一次运行的文件夹：%v；请给出 okrsync-out/20261125T081642Z-values.csv 这样的文件夹", "this is not the folder of a run: %v; give one such as okrsync-out/20261125T081642Z-values.csv", err)
	}
	header, err := sync.ReadHeader(folder)
	if err != nil {
		header = sync.Header{} // why, is told when the run is
	}
	return given{folder, header}, nil
}
