// SPDX-License-Identifier: Apache-2.0
#include "fakes/api_fixture.h"
#include "standard.h"
