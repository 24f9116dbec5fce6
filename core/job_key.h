// The key of a job: SHA-256 over a canonical encoding of its message. Protobuf's own bytes are not
// canonical (they may differ between versions and languages), so keys have an encoding of their own:
//
//   message:  full name, 0, then every field that is set, in the order of field numbers:
//             field number (u32), count (u64; 1 for a single value), values
//   values:   integers, enums, bools as i64; doubles as their 64 bits; text and bytes as size (u64), bytes;
//             messages as size (u64), encoding. All numbers little endian.
//
// A field that holds its default is not set. Maps and unknown fields may not occur.
#pragma once

#include <map>
#include <string>

#include "google/protobuf/message.h"
#include "proto/render.pb.h"

namespace trackout {

// Raised whenever the same job would give other bytes than before.
inline constexpr int kEngineVersion = 3;

std::string CanonicalEncoding(const google::protobuf::Message& message);

// Whether a newer version has said something in the message, at any depth, that this one does not know. To
// pass over it would change the sound.
bool HasUnknownFields(const google::protobuf::Message& message);

// 32 bytes.
std::string KeyOf(const RenderJob& job);

// What jobs made, by their keys.
using JobResults = std::map<std::string, JobResult>;

// A seed for dither that depends on nothing but the message: on what is heard, not on what else is made.
uint64_t SeedOf(const google::protobuf::Message& message);

}  // namespace trackout
