<?php

declare(strict_types=1);

namespace Vitrina\Assistant\Model\Csp;

use Magento\Csp\Api\PolicyCollectorInterface;
use Magento\Csp\Model\Policy\FetchPolicy;
use Magento\Framework\App\Area;
use Magento\Framework\App\State;
use Vitrina\Assistant\Model\Config;

/**
 * Lets the shop's pages load the assistant and ask it. Magento sees the script tag by itself, yet leaves its port out, and
 * knows nothing of the questions.
 */
class AssistantPolicies implements PolicyCollectorInterface
{
    public function __construct(private readonly Config $config, private readonly State $application)
    {
    }

    /**
     * @inheritDoc
     */
    public function collect(array $defaultPolicies = []): array
    {
        $shop = $this->application->getAreaCode() === Area::AREA_FRONTEND;
        $origin = $shop ? $this->config->origin() : null;
        if ($origin === null) {
            return $defaultPolicies;
        }
        foreach (['script-src', 'connect-src'] as $directive) {
            $defaultPolicies[] = new FetchPolicy($directive, false, [$origin]);
        }

        return $defaultPolicies;
    }
}
