// Values as a spec writes them: numbers, switches, levels, times, formats.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/album.pb.h"

namespace trackout {

// A finite number; nullopt for anything else, `nan` and `inf` among it.
std::optional<double> ParseNumber(std::string_view text);

// `true`, `yes`, `on`, `false`, `no`, `off` in any case, as YAML 1.1 and 1.2 write them.
std::optional<bool> ParseBool(std::string_view text);

// dB: a finite number, or `-inf`.
std::optional<double> ParseLevel(std::string_view text);

// `12s`, `250ms`, `1:23.500`, `1:02:03`, `480000smp`, `17|3|1`, `0`. Never negative. The error says what is
// wrong with the text.
absl::StatusOr<Time> ParseTime(std::string_view text);

// The same, with a minus before it or not. A musical time has none.
absl::StatusOr<Time> ParseSignedTime(std::string_view text);

// `inf`, as YAML and people write it.
bool IsInfinity(std::string_view text);

// A note's length: `1/8`, `3/16`, dotted `1/4.`, triplet `1/8t`. Nullopt for anything else. And back.
std::optional<Time::Notes> ParseNotes(std::string_view text);
std::string NotesText(const Time::Notes& notes);
// Quarter notes that it lasts: 60 / bpm seconds each.
double QuartersOf(const Time::Notes& notes);

// A time as frames at a rate, rounded to the nearest frame, a half away from 0. Nullopt for a musical
// time and for a note's length.
std::optional<int64_t> Frames(const Time& time, int sample_rate);

// `wav24` and the like. The error says what is wrong with the text.
absl::StatusOr<Format> ParseFormat(std::string_view text);

// A name (those of CSS, in any case) or #rrggbb.
bool IsColor(std::string_view text);
const std::vector<std::string>& ColorNames();

}  // namespace trackout
