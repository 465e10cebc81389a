// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_GENERATORS_HPP
#define MEMBERSHIP_TESTING_GENERATORS_HPP

// RapidCheck generators for property tests of code that uses the library, with the default traits.
// They shrink towards the first of a choice and the smallest number. Needs exceptions and RTTI,
// as RapidCheck does.

// IWYU pragma: begin_exports
#include "membership/testing/generators/moments.hpp"
#include "membership/testing/generators/run_step.hpp"
#include "membership/testing/generators/sequences.hpp"
#include "membership/testing/generators/shrinking.hpp"
#include "membership/testing/generators/step_commands.hpp"
#include "membership/testing/generators/steps.hpp"
#include "membership/testing/generators/texts.hpp"
#include "membership/testing/generators/values.hpp"
#include "membership/testing/generators/whole_worlds.hpp"
// IWYU pragma: end_exports

#endif
